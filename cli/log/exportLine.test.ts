import type { LogRecord } from '@patterns/event-log/eventLog.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventLine, recordLine } from './exportLine.ts'

const recordOf = (value: string, headers?: Record<string, string>): LogRecord => ({
  position: 7,
  sourceOffset: 42,
  recordedAt: Date.UTC(2026, 0, 2),
  eventId: '019b76da-a800-7aa8-a644-db89d2718d0e',
  value: Buffer.from(value),
  headers,
})

describe('an exported event', () => {
  test("is the producer's own bytes", () => {
    const value = '{"b" : 1.0, "a":"ü\\u00fc", "big":12345678901234567890}'
    expect(eventLine(0, recordOf(value)).toString()).toBe(value)
  })

  test('is one line with the same content, however it was laid out', () => {
    const ends = fc.constantFrom('\n', '\r\n', '\n\t')
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), ends, (value, end) => {
        const laidOut = JSON.stringify(value, null, 2).replaceAll('\n', end)
        const line = eventLine(0, recordOf(laidOut)).toString()
        expect(line).not.toMatch(/[\r\n]/)
        expect(JSON.parse(line)).toEqual(JSON.parse(laidOut))
      }),
    )
  })

  test('carries its place if asked for', () => {
    const line = recordLine(3, recordOf('{"a":\n1}')).toString()
    expect(line).not.toContain('\n')
    expect(JSON.parse(line)).toEqual({
      shard: 3,
      position: 7,
      source_offset: 42,
      recorded_at: '2026-01-02T00:00:00.000Z',
      event_id: '019b76da-a800-7aa8-a644-db89d2718d0e',
      event: { a: 1 },
    })
  })

  test('has its headers beside it if they carry part of it, and is not touched', () => {
    const headers = { ce_specversion: '1.0', ce_id: 'i', 'content-type': 'application/json' }
    expect(eventLine(0, recordOf('{"x": 1.0}', headers)).toString()).toBe(
      '{"headers":{"ce_specversion":"1.0","ce_id":"i","content-type":"application/json"},"event":{"x": 1.0}}',
    )
    expect(JSON.parse(recordLine(0, recordOf('{}', headers)).toString())).toMatchObject({ headers })
  })

  test('has its id beside it if that was given to it', () => {
    const version0 = '{"usage_timestamp":"2026-01-01T00:00:00Z","outcome":"success"}'
    expect(eventLine(0, recordOf(version0)).toString()).toBe(
      `{"event_id":"019b76da-a800-7aa8-a644-db89d2718d0e","event":${version0}}`,
    )
  })
})
