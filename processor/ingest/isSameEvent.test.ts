import { isDeepStrictEqual } from 'node:util'
import type { MessageHeaders } from '@patterns/shared/contract/topicMessage.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSameEvent } from './isSameEvent.ts'
import { isSameJson } from './isSameJson.ts'

const message = (text: string, headers?: MessageHeaders) => ({ value: Buffer.from(text), headers })

describe('two messages with one event id', () => {
  it('are the same event if their bytes are', () => {
    expect(isSameEvent(message('{"a":1}'), message('{"a":1}'))).toBe(true)
  })

  it('are the same event if they say the same in another order or with other whitespace', () => {
    expect(
      isSameEvent(
        message('{"a":1,"b":{"c":[1,2],"d":null}}'),
        message('{ "b": {"d":null, "c":[1, 2.0]}, "a":1 }'),
      ),
    ).toBe(true)
  })

  it.each([
    ['another value', '{"a":2}'],
    ['a value of another type', '{"a":"1"}'],
    ['a field more', '{"a":1,"b":2}'],
    ['a field less', '{}'],
    ['another field', '{"b":1}'],
    ['an array for an object', '{"a":[1]}'],
  ])('are not if one has %s', (_what, other) => {
    expect(isSameEvent(message('{"a":1}'), message(other))).toBe(false)
    expect(isSameEvent(message(other), message('{"a":1}'))).toBe(false)
  })

  it('are not if lists are in another order', () => {
    expect(isSameEvent(message('[1,2]'), message('[2,1]'))).toBe(false)
  })

  it.each([
    ['1.10', '1.1', true],
    ['1e2', '100', true],
    ['9007199254740993', '9007199254740992', false],
    ['1e400', '2e400', false],
    ['1e400', '"1e400"', false],
  ])('with the numbers %s and %s: %s', (one, other, expected) => {
    expect(isSameEvent(message(`{"a":${one}}`), message(`{"a":${other}}`))).toBe(expected)
  })

  it('are the same event if only the spelling of ids differs, and not if that of other texts does', () => {
    const id = 'abcdefab-2222-4333-8444-555555555555'
    for (const name of ['event_id', 'pattern_id', 'correlation_id'])
      expect(isSameEvent(message(`{"${name}":"${id}"}`), message(`{"${name}":"${id.toUpperCase()}"}`))).toBe(
        true,
      )
    expect(isSameEvent(message(`{"source":"${id}"}`), message(`{"source":"${id.toUpperCase()}"}`))).toBe(
      false,
    )
  })

  const attributes = { specversion: '1.0', id: 'i', type: 'pattern.used', time: '2026-01-02T03:04:05Z' }
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]))
  const structured = { 'content-type': 'application/cloudevents+json' }
  const data = '{"pattern_id":"p","count":9007199254740993}'

  it('are the same event in whatever envelope, as an export writes a binary CloudEvent', () => {
    const plain = message(
      `{"event_id":"i","type":"pattern.used","occurred_at":"2026-01-02T03:04:05Z","schema_version":1,${data.slice(1)}`,
    )
    const inBinary = message(data, { ...headers, trace: Buffer.from([1]) })
    const inStructured = (inside: string) =>
      message(`${JSON.stringify(attributes).slice(0, -1)},${inside}}`, structured)
    const base64 = Buffer.from(data).toString('base64')
    expect(isSameEvent(inBinary, inStructured(`"data":${data}`))).toBe(true)
    expect(isSameEvent(inBinary, inStructured(`"data_base64":"${base64}"`))).toBe(true)
    expect(isSameEvent(inBinary, inStructured(`"data":${data.replace('3}', '2}')}`))).toBe(false)
    expect(isSameEvent(inBinary, plain)).toBe(true)
  })

  it('are not if their CloudEvent attributes differ; other headers do not count', () => {
    const sent = { ...headers, ce_time: Buffer.from(attributes.time), trace: Buffer.from([1]) }
    expect(isSameEvent(message('{}', headers), message('{}', sent))).toBe(true)
    expect(
      isSameEvent(message('{}', headers), message('{}', { ...headers, ce_time: '2026-01-02T03:04:06Z' })),
    ).toBe(false)
    expect(isSameEvent(message('{}', headers), message('{}'))).toBe(false)
    expect(isSameEvent(message('{}', { trace: 'x' }), message('{}', { trace: 'y' }))).toBe(true)
  })
})

describe('two JSON values', () => {
  const json = (text: string): unknown => JSON.parse(text)

  it('are the same exactly if node finds them deeply equal', () => {
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
