import { nearlyValidBodies } from '@patterns/testing/eventBodies.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelopeHeaders } from './cloudEvents.ts'
import { decodeMessage } from './decodeMessage.ts'
import { decodeRecord } from './decodeRecord.ts'
import { origin, pathsOf, rejectionOf, used } from '../testing/exampleMessage.ts'
import type { MessageHeaders } from './topicMessage.ts'

describe('decoding never throws', () => {
  const headerValues = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.string(),
    fc.array(fc.string(), { maxLength: 2 }),
    fc.constantFrom(undefined, null, used.event_id, used.occurred_at, 'pattern.used', '1.0'),
    fc.constantFrom('application/cloudevents+json', 'application/cloudevents-batch+json'),
  )
  const headerNames = fc.constantFrom(
    'content-type',
    'Content-Type',
    'ce_specversion',
    'CE_specVersion',
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
        const message = { offset, key: null, value, headers: given, timestamp: 0 }
        const decoded = decodeMessage(message, origin, Number.MAX_SAFE_INTEGER)
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
    const withContext = JSON.stringify({ ...used, context: 0 })
    expect(pathsOf(withContext.replace('"context":0', `"context":{"a":${deep}}`))).toContain('context')
    const within = '['.repeat(7_000) + ']'.repeat(7_000)
    const kept = Buffer.from(withContext.replace('"context":0', `"context":{"a":${within}}`))
    expect(rejectionOf(kept)?.faults).toEqual([
      { path: 'context', message: 'must be nested at most 64 deep' },
    ])
    // The log may have one from before there was that rule.
    const record = { position: 1, eventId: used.event_id, value: kept, headers: undefined }
    expect(decodeRecord(record).eventId).toBe(used.event_id)
  })
})
