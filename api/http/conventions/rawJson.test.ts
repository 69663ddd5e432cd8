import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RawJson, writeJson } from './rawJson.ts'

const raw = (text: string) => new RawJson(Buffer.from(text))

describe('an answer with raw JSON in it', () => {
  it.each([
    '9007199254740993',
    '1e400',
    '1.10',
    '"$&$1"',
    '{"a":1,"a":2}',
    '{ "a":\n[1, 2] }',
    '"\\ud800"',
    '[]',
  ])('has %s as it was', (text) => {
    expect(writeJson({ before: 1, events: [{ event: raw(text) }, raw(text)], after: '"' })).toBe(
      `{"before":1,"events":[{"event":${text}},${text}],"after":"\\""}`,
    )
  })

  it('can hold what is nested deeper than anybody can write', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    expect(writeJson({ event: raw(deep) })).toBe(`{"event":${deep}}`)
  })

  it('is without any what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (answer) => {
        expect(writeJson(answer)).toBe(JSON.stringify(answer))
      }),
    )
  })

  it('is not written by anything else, which would lose it', () => {
    expect(() => JSON.stringify({ event: raw('1') })).toThrow('writeJson alone')
  })
})
