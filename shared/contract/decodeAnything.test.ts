import { nearlyValidBodies } from '@patterns/testing/eventBodies.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelopeHeaders } from './cloudEvents.ts'
import { decodeMessage } from './decodeMessage.ts'
import { decodeRecord } from './decodeRecord.ts'
import { decode, origin, pathsOf, rejectionOf, used } from './exampleMessage.ts'
import type { MessageHeaders } from './topicMessage.ts'

describe('decoding never throws', () => {
  const headerValues = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.string(),
    fc.array(fc.string(), { maxLength: 2 }),
    fc.constantFrom(undefined, null, used.event_id, used.occurred_at, 'pattern.used', '1.0'),
    fc.constant('application/cloudevents+json'),
  )
  const headerNames = fc.constantFrom(
    'content-type',
    'ce_specversion',
    'ce_id',
    'ce_type',
    'ce_time',
    'ce_source',
    '__proto__',
    'constructor',
    'other',
  )
  const headers = fc.option(
    fc
      .array(fc.tuple(headerNames, headerValues))
      .map((entries) => Object.fromEntries(entries) as MessageHeaders),
    { nil: undefined },
  )
  const values = fc.oneof(
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
    nearlyValidBodies.map((body) => Buffer.from(JSON.stringify(body))),
    fc.tuple(nearlyValidBodies, fc.nat(), fc.nat({ max: 255 })).map(([body, at, byte]) => {
      const bytes = Buffer.from(JSON.stringify(body))
      bytes[at % bytes.length] = byte
      return bytes
    }),
  )

  it('whatever the bytes and the headers, and what it accepts can be read again from the log', () => {
    fc.assert(
      fc.property(values, headers, fc.nat(), (value, given, offset) => {
        const message = { offset, key: null, value, headers: given, timestamp: Number.MAX_SAFE_INTEGER }
        const decoded = decodeMessage(message, origin)
        if (!decoded.ok) return
        const { eventId } = decoded.event
        const record = { position: 1, eventId, value: value!, headers: envelopeHeaders(given) }
        expect(decodeRecord(record)).toEqual(decoded.event)
      }),
      { numRuns: 3_000 },
    )
  })

  it('however deep the brackets', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    expect(rejectionOf(deep)?.reason).toBe('schema')
    expect(
      pathsOf(JSON.stringify({ ...used, context: 0 }).replace('"context":0', `"context":{"a":${deep}}`)),
    ).toEqual(['context'])
    const within = '['.repeat(7_000) + ']'.repeat(7_000)
    const text = JSON.stringify({ ...used, context: 0 }).replace('"context":0', `"context":{"a":${within}}`)
    expect(decode(text).ok).toBe(true)
  })
})
