import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideAdoption } from './decideAdoption.ts'

const same = 'one'

const decide = (
  head: { nextSourceOffset: number; sourceBase: number },
  end: { startOffset: number; endOffset: number },
  [known, now]: readonly [string | null, string | null] = [same, same],
  divergesAt: number | null = null,
) => decideAdoption({ ...head, topicId: known }, { ...end, topicId: now }, { divergesAt })

describe('a shard', () => {
  test('needs nothing while its partition has what comes next', () => {
    const head = { nextSourceOffset: 10, sourceBase: 0 }
    expect(decide(head, { startOffset: 0, endOffset: 10 })).toEqual({ kind: 'nothing' })
    expect(decide(head, { startOffset: 10, endOffset: 90 })).toEqual({ kind: 'nothing' })
  })

  test('whose topic was created again goes on with the first message of the new one', () => {
    for (const ids of [
      ['one', 'other'],
      [null, null],
    ] as const)
      expect(
        decide({ nextSourceOffset: 500, sourceBase: 0 }, { startOffset: 0, endOffset: 20 }, ids),
      ).toEqual({
        kind: 'recreated',
        sourceBase: 500,
      })
  })

  test('whose topic was created a third time does so once more', () => {
    expect(
      decide({ nextSourceOffset: 530, sourceBase: 500 }, { startOffset: 0, endOffset: 3 }, ['one', 'other']),
    ).toEqual({
      kind: 'recreated',
      sourceBase: 530,
    })
  })

  test('whose topic lost its newest messages goes on with what comes, and reads none of the others again', () => {
    expect(decide({ nextSourceOffset: 5_000, sourceBase: 0 }, { startOffset: 0, endOffset: 4_995 })).toEqual({
      kind: 'truncated',
      sourceBase: 5,
      readFrom: 4_995,
    })
  })

  test('whose topic lost messages that were read reads again from where it is another, however long it is', () => {
    const head = { nextSourceOffset: 150, sourceBase: 0 }
    const truncated = { kind: 'truncated', sourceBase: 50, readFrom: 100 }
    for (const endOffset of [100, 130, 150, 170])
      expect(decide(head, { startOffset: 0, endOffset }, [same, same], 100)).toEqual(truncated)
    // By its first messages it is the same topic, also if nobody tells which topic it is.
    expect(decide(head, { startOffset: 0, endOffset: 170 }, [null, null], 100)).toEqual(truncated)
    expect(decide(head, { startOffset: 0, endOffset: 170 }, [null, null], 0)).toMatchObject({
      kind: 'recreated',
    })
  })

  test('whose topic was created again does so too if the new one is as long, if the ids tell', () => {
    const head = { nextSourceOffset: 500, sourceBase: 0 }
    const end = { startOffset: 0, endOffset: 700 }
    expect(decide(head, end, ['one', 'other'])).toEqual({ kind: 'recreated', sourceBase: 500 })
    expect(decide(head, end, [null, 'other'])).toEqual({ kind: 'nothing' })
    expect(decide(head, end, ['one', null])).toEqual({ kind: 'nothing' })
  })

  test('whose new topic is a copy of the old one, as a person knows, goes on after what it read', () => {
    const head = { nextSourceOffset: 500, sourceBase: 0, topicId: 'one' }
    const copyTo = (endOffset: number, topicId: string, startOffset = 0) =>
      decideAdoption(head, { startOffset, endOffset, topicId }, { isCopy: true, divergesAt: null })
    expect(copyTo(700, 'other')).toEqual({ kind: 'copy' })
    expect(copyTo(700, 'one')).toEqual({ kind: 'nothing' })
    // Too short, or begun too late, to be one.
    expect(copyTo(499, 'other')).toMatchObject({ kind: 'recreated' })
    expect(copyTo(700, 'other', 501)).toMatchObject({ kind: 'recreated' })
  })

  test('that took nothing of the old topic needs nothing', () => {
    expect(
      decide({ nextSourceOffset: 20, sourceBase: 20 }, { startOffset: 0, endOffset: 7 }, ['one', 'other']),
    ).toEqual({ kind: 'nothing' })
  })

  test('whose messages were removed goes on after them and accounts for them', () => {
    expect(decide({ nextSourceOffset: 40, sourceBase: 10 }, { startOffset: 100, endOffset: 120 })).toEqual({
      kind: 'gap',
      lostMessages: 70,
      nextSourceOffset: 110,
    })
  })

  test('that was adopted needs nothing more', () => {
    const id = fc.constantFrom('one', 'other', null)
    const state = fc.record({
      base: fc.nat(1_000),
      read: fc.nat(1_000),
      start: fc.nat(1_000),
      length: fc.nat(1_000),
      known: id,
      now: id,
    })
    fc.assert(
      fc.property(state, ({ base, read, start, length, known, now }) => {
        const head = { nextSourceOffset: base + read, sourceBase: base }
        const end = { startOffset: start, endOffset: start + length }
        const adoption = decide(head, end, [known, now])
        const adopted = { ...head, ...(adoption.kind === 'nothing' ? {} : adoption) }
        const knownNow = adoption.kind === 'nothing' ? known : now
        expect(decide(adopted, end, [knownNow, now])).toEqual({ kind: 'nothing' })
      }),
    )
  })
})
