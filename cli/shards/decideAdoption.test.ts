import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideAdoption } from './decideAdoption.ts'

describe('a shard', () => {
  test('needs nothing while its partition has what comes next', () => {
    expect(
      decideAdoption({ nextSourceOffset: 10, sourceBase: 0 }, { startOffset: 0, endOffset: 10 }),
    ).toEqual({
      kind: 'nothing',
    })
    expect(
      decideAdoption({ nextSourceOffset: 10, sourceBase: 0 }, { startOffset: 10, endOffset: 90 }),
    ).toEqual({
      kind: 'nothing',
    })
  })

  test('whose topic was created anew goes on with the first message of the new one', () => {
    expect(
      decideAdoption({ nextSourceOffset: 500, sourceBase: 0 }, { startOffset: 0, endOffset: 20 }),
    ).toEqual({
      kind: 'recreated',
      sourceBase: 500,
    })
  })

  test('whose topic was created anew a second time does so again', () => {
    expect(
      decideAdoption({ nextSourceOffset: 530, sourceBase: 500 }, { startOffset: 0, endOffset: 3 }),
    ).toEqual({
      kind: 'recreated',
      sourceBase: 530,
    })
  })

  test('whose messages were removed goes on after them and accounts for them', () => {
    expect(
      decideAdoption({ nextSourceOffset: 40, sourceBase: 10 }, { startOffset: 100, endOffset: 120 }),
    ).toEqual({
      kind: 'gap',
      lostMessages: 70,
      nextSourceOffset: 110,
    })
  })

  test('that was adopted needs nothing more', () => {
    const state = fc.record({
      base: fc.nat(1_000),
      read: fc.nat(1_000),
      start: fc.nat(1_000),
      length: fc.nat(1_000),
    })
    fc.assert(
      fc.property(state, ({ base, read, start, length }) => {
        const head = { nextSourceOffset: base + read, sourceBase: base }
        const end = { startOffset: start, endOffset: start + length }
        const adoption = decideAdoption(head, end)
        const adopted = { ...head, ...(adoption.kind === 'nothing' ? {} : adoption) }
        expect(decideAdoption(adopted, end)).toEqual({ kind: 'nothing' })
      }),
    )
  })
})
