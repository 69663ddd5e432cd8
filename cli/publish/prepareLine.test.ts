import { describe, expect, test } from 'vitest'
import { prepareLine, prepareRawLine } from './prepareLine.ts'

const now = Date.UTC(2026, 2, 1)
const patternId = '0b8f5f39-6b1b-4b3c-8a43-0a2d6a3e9d11'
const event = {
  event_id: '019b76da-a800-7aa8-a644-db89d2718d0e',
  type: 'pattern.used',
  schema_version: 1,
  pattern_id: patternId,
  occurred_at: '2026-02-28T10:00:00Z',
  outcome: 'success',
}
const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

describe('a line', () => {
  test('that holds an event becomes a message with its bytes, keyed by its pattern', () => {
    const bytes = bytesOf({ ...event, pattern_id: patternId.toUpperCase() })
    const prepared = prepareLine(bytes, now)
    expect(prepared).toEqual({ ok: true, message: { key: patternId, value: bytes } })
  })

  test('may be as long as the contract says, in characters', () => {
    const bytes = bytesOf({ ...event, pattern_name: '😀'.repeat(200), error_message: '😀'.repeat(4_000) })
    expect(prepareLine(bytes, now)).toMatchObject({ ok: true })
  })

  test('of version 0 is an event', () => {
    const { event_id: _, type: __, schema_version: ___, occurred_at: usage_timestamp, ...rest } = event
    expect(prepareLine(bytesOf({ ...rest, usage_timestamp }), now)).toMatchObject({ ok: true })
  })

  test('that is a structured CloudEvent gets the header that says so', () => {
    const { event_id, type, occurred_at, ...data } = event
    const cloudEvent = { specversion: '1.0', id: event_id, type, source: 'x', time: occurred_at, data }
    expect(prepareLine(bytesOf(cloudEvent), now)).toMatchObject({
      ok: true,
      message: { key: patternId, headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' } },
    })
  })

  test('that only mentions a specversion is an ordinary event', () => {
    const prepared = prepareLine(bytesOf({ ...event, context: { note: '"specversion"' } }), now)
    expect(prepared).toMatchObject({ ok: true })
    expect(prepared.ok && 'headers' in prepared.message).toBe(false)
  })

  test('of an export is the message that it was, its bytes untouched', () => {
    const value = `${JSON.stringify(event).slice(0, -1)}, "build":9007199254740993}`
    const recorded_at = '2026-02-28T10:00:01.000Z'
    const line = Buffer.from(
      `{"shard":0,"recorded_at":"${recorded_at}","event_id":"${event.event_id}","event":${value}}`,
    )
    const message = { key: patternId, value: Buffer.from(value) }
    expect(prepareLine(line, now)).toEqual({ ok: true, message })
    const timestamp = Date.parse(recorded_at)
    expect(prepareLine(line, now, true)).toEqual({ ok: true, message: { ...message, timestamp } })
  })

  test('of an export gives the id back to an event that has none of its own', () => {
    const { event_id, type: _, schema_version: __, occurred_at: usage_timestamp, ...rest } = event
    const line = bytesOf({ event_id, event: { ...rest, usage_timestamp } })
    expect(prepareLine(line, now)).toMatchObject({ ok: true, message: { headers: { event_id } } })
  })

  test('that has an event in a field of its own is an ordinary one', () => {
    const bytes = bytesOf({ ...event, event: {} })
    expect(prepareLine(bytes, now)).toEqual({ ok: true, message: { key: patternId, value: bytes } })
    expect(prepareLine(bytesOf({ event: {}, headers: { a: 1 } }), now)).toMatchObject({ ok: false })
    expect(prepareLine(bytesOf({ headers: {}, note: '"event"' }), now)).toMatchObject({ ok: false })
  })

  test.each([
    ['not_json', Buffer.from('{')],
    ['not_json', Buffer.from([0xff])],
    ['not_json', Buffer.from(`\ufeff${JSON.stringify(event)}`)],
    ['schema', bytesOf({ ...event, pattern_name: '😀'.repeat(201) })],
    ['schema', bytesOf({ ...event, context: { deep: JSON.parse('['.repeat(70) + ']'.repeat(70)) } })],
    ['schema', bytesOf({ ...event, outcome: 'fine' })],
    ['schema', Buffer.from('null')],
    ['future_time', bytesOf({ ...event, occurred_at: '2026-03-03T00:00:00Z' })],
    ['too_large', bytesOf({ ...event, context: { text: 'x'.repeat(300_000) } })],
    ['too_large', undefined],
  ])('is refused as %s before it is sent', (reason, bytes) => {
    expect(prepareLine(bytes, now)).toMatchObject({ ok: false, rejection: { reason } })
  })
})

describe('a raw line', () => {
  test.each([
    ['{"pattern_id":"abc","broken":', null],
    ['{"pattern_id":"abc"}', 'abc'],
    ['{"pattern_id":7}', null],
    [`{"pattern_id":"${patternId.toUpperCase()}"}`, patternId],
    ['{"data":{"pattern_id":"abc"}}', 'abc'],
    ['{"data":null}', null],
    ['null', null],
    ['[1]', null],
    ['\u0000', null],
  ])('%j is sent as it is, with the key %j', (text, key) => {
    expect(prepareRawLine(Buffer.from(text))).toEqual({
      ok: true,
      message: { key, value: Buffer.from(text) },
    })
  })

  test('that is too long even to be read is refused', () => {
    expect(prepareRawLine(undefined)).toMatchObject({ ok: false })
  })
})
