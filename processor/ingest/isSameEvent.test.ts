import { isDeepStrictEqual } from 'node:util'
import type { MessageHeaders } from '@patterns/shared/contract/topicMessage.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSameEvent } from './isSameEvent.ts'
import { isSameJson } from './isSameJson.ts'

const says = (text: string, headers?: MessageHeaders) => ({ value: Buffer.from(text), headers })

describe('two messages with one event id', () => {
  it('are the same event where their bytes are', () => {
    expect(isSameEvent(says('{"a":1}'), says('{"a":1}'))).toBe(true)
  })

  it('are the same event where they say the same in another order or with other whitespace', () => {
    expect(
      isSameEvent(says('{"a":1,"b":{"c":[1,2],"d":null}}'), says('{ "b": {"d":null, "c":[1, 2.0]}, "a":1 }')),
    ).toBe(true)
  })

  it.each([
    ['another value', '{"a":2}'],
    ['a value of another type', '{"a":"1"}'],
    ['a field more', '{"a":1,"b":2}'],
    ['a field less', '{}'],
    ['another field', '{"b":1}'],
    ['an array for an object', '{"a":[1]}'],
  ])('are not where one has %s', (_what, other) => {
    expect(isSameEvent(says('{"a":1}'), says(other))).toBe(false)
    expect(isSameEvent(says(other), says('{"a":1}'))).toBe(false)
  })

  it('are not where lists are in another order', () => {
    expect(isSameEvent(says('[1,2]'), says('[2,1]'))).toBe(false)
  })

  it('are not where their CloudEvent attributes differ; other headers do not count', () => {
    const attributes = (time: string) => ({ ce_specversion: '1.0', ce_time: time })
    const kept = attributes('2026-01-02T03:04:05Z')
    const sent = { ...kept, ce_time: Buffer.from(kept.ce_time), trace: Buffer.from([1]) }
    expect(isSameEvent(says('{}', kept), says('{}', sent))).toBe(true)
    expect(isSameEvent(says('{}', kept), says('{}', attributes('2026-01-02T03:04:06Z')))).toBe(false)
    expect(isSameEvent(says('{}', kept), says('{}'))).toBe(false)
    expect(isSameEvent(says('{}', { trace: 'x' }), says('{}', { trace: 'y' }))).toBe(true)
  })
})

describe('two JSON values', () => {
  const json = (text: string): unknown => JSON.parse(text)

  it('are the same exactly where node finds them deeply equal', () => {
    const similar = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<unknown>(null, 0, 1, '', 'a', true, false),
        fc.array(tie('value'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('value'), { maxKeys: 2 }),
      ),
    })).value
    fc.assert(
      fc.property(similar, similar, (a, b) => {
        const [one, other] = [json(JSON.stringify(a)), json(JSON.stringify(b))]
        expect(isSameJson(one, other)).toBe(isDeepStrictEqual(one, other))
        expect(isSameJson(one, json(JSON.stringify(a)))).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it('can be nested as deep as JSON can be parsed', () => {
    const deep = (inner: string) => json('['.repeat(100_000) + inner + ']'.repeat(100_000))
    expect(isSameJson(deep('1'), deep('1.0'))).toBe(true)
    expect(isSameJson(deep('1'), deep('2'))).toBe(false)
  })
})
