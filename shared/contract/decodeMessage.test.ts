import { nearlyValidBodies, validBodies } from '@patterns/testing/eventBodies.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelopeHeaders } from './cloudEvents.ts'
import { decodeMessage } from './decodeMessage.ts'
import { decodeRecord } from './decodeRecord.ts'
import { explainFaults } from './explainFaults.ts'
import { type Fault, rejectionReasons } from './rejection.ts'
import type { MessageHeaders, TopicMessage } from './topicMessage.ts'
import { idOfPlace } from './upcast.ts'

const origin = { topic: 'pattern-usage-events', partition: 2 }
const now = Date.UTC(2026, 0, 2, 3, 4, 5)
const dayMs = 86_400_000

const used = {
  event_id: '0197a3b4-5c6d-7e8f-9012-3456789abcde',
  type: 'pattern.used',
  schema_version: 1,
  pattern_id: '11111111-2222-4333-8444-555555555555',
  occurred_at: '2026-01-02T03:04:05.000Z',
  outcome: 'success',
}

const messageOf = (value: unknown, rest: Partial<TopicMessage> = {}): TopicMessage => ({
  offset: 7,
  key: null,
  value: Buffer.isBuffer(value)
    ? value
    : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  headers: undefined,
  timestamp: now,
  ...rest,
})

const decode = (value: unknown, rest: Partial<TopicMessage> = {}) =>
  decodeMessage(messageOf(value, rest), origin)

const rejectionOf = (value: unknown, rest: Partial<TopicMessage> = {}) => {
  const decoded = decode(value, rest)
  return decoded.ok ? undefined : decoded.rejection
}

const pathsOf = (value: unknown, rest: Partial<TopicMessage> = {}): string[] =>
  rejectionOf(value, rest)!.faults.map((fault: Fault) => fault.path)

const structured = { 'content-type': 'application/cloudevents+json' }
const binary = {
  ce_specversion: '1.0',
  ce_id: used.event_id,
  ce_type: used.type,
  ce_time: used.occurred_at,
  ce_source: '/agents/7',
}

describe('a message', () => {
  it('carries an event of version 1', () => {
    expect(decode(used)).toEqual({
      ok: true,
      event: {
        eventId: used.event_id,
        type: 'pattern.used',
        patternId: used.pattern_id,
        occurredAt: now,
        patternName: undefined,
        patternType: undefined,
        outcome: 'success',
        qualityMillionths: undefined,
        executionTimeMs: undefined,
        registration: undefined,
      },
    })
  })

  it('may be written with whitespace, escapes and fields in any order', () => {
    const escaped = JSON.stringify(used, null, 2).replace('"outcome"', String.raw`"\u006futcome"`)
    const reversed = Object.fromEntries(Object.entries(used).toReversed())
    expect(decode(escaped)).toEqual(decode(used))
    expect(decode(reversed)).toEqual(decode(used))
  })

  it('of version 0 is a use whose id is where it lies', () => {
    const old = { pattern_id: used.pattern_id, usage_timestamp: used.occurred_at, outcome: 'error' }
    expect(decode(old)).toMatchObject({
      ok: true,
      event: {
        eventId: idOfPlace('pattern-usage-events', 2, 7),
        type: 'pattern.used',
        occurredAt: now,
        outcome: 'error',
      },
    })
    expect(decode(old)).toEqual(decode(old))
    expect(decode(old, { offset: 8 })).not.toEqual(decode(old))
  })

  it('may be a CloudEvent, binary or structured: the event is the same', () => {
    const { event_id, type, occurred_at, ...data } = used
    const asStructured = { specversion: '1.0', id: event_id, type, time: occurred_at, source: '/a', data }
    expect(decode(data, { headers: binary })).toEqual(decode(used))
    expect(decode(asStructured, { headers: structured })).toEqual(decode(used))
  })

  it('is decoded to what its fields say, whatever its envelope', () => {
    fc.assert(
      fc.property(validBodies, (body) => {
        const { event_id, type, occurred_at, ...data } = body
        const plain = decode(body, { timestamp: Number.MAX_SAFE_INTEGER })
        const wrapped = { id: event_id, type, time: occurred_at, data }
        expect(plain.ok).toBe(true)
        expect(decode(wrapped, { headers: structured, timestamp: Number.MAX_SAFE_INTEGER })).toEqual(plain)
      }),
    )
  })
})

describe('a message is rejected', () => {
  it('as not_json, where it has no value', () => {
    expect(rejectionOf('', { value: null })).toEqual({
      reason: 'not_json',
      faults: [{ path: '', message: 'the value is null' }],
    })
  })

  it('as not_json, where its value is none', () => {
    for (const text of ['', '{', '{"a":1', "{'a':1}", 'NaN', '\uFEFF{}', `${JSON.stringify(used)},`]) {
      const rejection = rejectionOf(text)
      expect(rejection?.reason).toBe('not_json')
      expect(rejection?.faults).toEqual([{ path: '', message: expect.stringMatching(/JSON/) }])
    }
  })

  it('as not_json, where its bytes are not UTF-8', () => {
    const bytes = Buffer.from(JSON.stringify({ ...used, pattern_name: 'X' }))
    for (const invalid of [0x80, 0xc3, 0xff]) {
      const broken = Buffer.from(bytes)
      broken[bytes.indexOf('"X"') + 1] = invalid
      expect(rejectionOf(broken)).toEqual({
        reason: 'not_json',
        faults: [{ path: '', message: 'is not valid UTF-8' }],
      })
    }
  })

  it('never for a replacement character that it really says', () => {
    expect(decode({ ...used, pattern_name: 'a\u{fffd}b' })).toMatchObject({
      ok: true,
      event: { patternName: 'a\u{fffd}b' },
    })
  })

  it('as too_large past 256 KiB, valid or not', () => {
    const text = JSON.stringify(used)
    expect(decode(text.padEnd(256 * 1024)).ok).toBe(true)
    for (const value of [text.padEnd(256 * 1024 + 1), '#'.repeat(300_000)]) {
      expect(rejectionOf(value)).toEqual({
        reason: 'too_large',
        faults: [{ path: '', message: `is ${value.length} bytes, more than 262144` }],
      })
    }
  })

  it('as future_time, more than 24 hours ahead of the broker', () => {
    expect(decode(used, { timestamp: now - dayMs }).ok).toBe(true)
    expect(rejectionOf(used, { timestamp: now - dayMs - 1 })).toEqual({
      reason: 'future_time',
      faults: [{ path: 'occurred_at', message: expect.stringContaining('24 hours ahead') }],
    })
  })

  it('as schema, with every rule that it breaks', () => {
    expect(
      pathsOf({ ...used, event_id: 'x', pattern_id: undefined, occurred_at: '2026-01-02', outcome: 'ok' }),
    ).toEqual(['event_id', 'pattern_id', 'occurred_at', 'outcome'])
    expect(pathsOf({ ...used, issues: ['a', 7, 'x'.repeat(201)] })).toEqual(['issues.1', 'issues.2'])
    expect(pathsOf({ ...used, context: { a: 'x'.repeat(17_000) } })).toEqual(['context'])
    expect(pathsOf({ ...used, schema_version: 2 })).toEqual(['schema_version'])
    expect(
      pathsOf({
        ...used,
        type: 'pattern.quality_assessed',
        quality_score: 1,
        dimensions: { a: 0, b: 2, c: 'x' },
      }),
    ).toEqual(['dimensions.b', 'dimensions.c'])
    expect(pathsOf({ ...used, type: 'pattern.registered', pattern_name: '', pattern_type: 'No' })).toEqual([
      'pattern_name',
      'pattern_type',
    ])
  })

  it('as schema, with the rule in words', () => {
    expect(rejectionOf({ ...used, type: 'pattern.deleted' })).toEqual({
      reason: 'schema',
      faults: [
        {
          path: 'type',
          message: 'must be one of pattern.used, pattern.quality_assessed, pattern.registered',
        },
      ],
    })
    expect(rejectionOf({ ...used, event_id: 'x' })?.faults).toEqual([
      { path: 'event_id', message: 'must be a UUID' },
    ])
  })

  it('as schema, where it is JSON but no object', () => {
    for (const value of ['null', '7', '"text"', '[]', '[{}]']) {
      expect(rejectionOf(value)).toEqual({
        reason: 'schema',
        faults: [{ path: '', message: 'must be a JSON object' }],
      })
    }
  })

  it('with paths in the names of version 0', () => {
    const old = { pattern_id: 'x', usage_timestamp: 'yesterday', outcome: 'fine' }
    expect(pathsOf(old)).toEqual(['pattern_id', 'usage_timestamp', 'outcome'])
  })

  it('with paths in the names of CloudEvents', () => {
    const data = { pattern_id: 'x', outcome: 'fine' }
    expect(pathsOf(data, { headers: { ...binary, ce_id: 'x', ce_time: 'y' } })).toEqual([
      'id',
      'pattern_id',
      'time',
      'outcome',
    ])
    const wrapped = { id: 'x', type: 'pattern.used', time: 'y', source: 7, data }
    expect(pathsOf(wrapped, { headers: structured })).toEqual([
      'id',
      'data.pattern_id',
      'time',
      'source',
      'data.outcome',
    ])
  })

  it('with a hundred faults at most, and how many there are beyond', () => {
    const dimensions = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`d${i}`, 2]))
    const { faults } = rejectionOf({
      ...used,
      type: 'pattern.quality_assessed',
      quality_score: 1,
      dimensions,
    })!
    expect(faults).toHaveLength(101)
    expect(faults[99]?.path).toBe('dimensions.d99')
    expect(faults[100]).toEqual({ path: '', message: 'breaks 900 rules more' })
  })

  it('for no rule, where it breaks none', () => {
    expect(explainFaults(used, { wasUpcast: false, cloudEvent: undefined })).toEqual([])
  })

  it('always for one of the reasons, with at least one fault', () => {
    fc.assert(
      fc.property(nearlyValidBodies, (body) => {
        const rejection = rejectionOf(body, { timestamp: Number.MAX_SAFE_INTEGER })
        expect(rejection?.faults).not.toEqual([])
        expect([undefined, ...rejectionReasons]).toContain(rejection?.reason)
      }),
      { numRuns: 1_000 },
    )
  })
})

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

describe('a record of the log', () => {
  it('is read back with the id that it was given when it came without one', () => {
    const old = { pattern_id: used.pattern_id, usage_timestamp: used.occurred_at, outcome: 'error' }
    const decoded = decode(old)
    expect.assert(decoded.ok)
    const record = {
      position: 1,
      eventId: decoded.event.eventId,
      value: Buffer.from(JSON.stringify(old)),
      headers: undefined,
    }
    expect(decodeRecord(record)).toEqual(decoded.event)
  })

  it('that is no event is a fault in our code, and says where it lies', () => {
    const record = { position: 42, eventId: used.event_id, value: Buffer.from('{}'), headers: undefined }
    expect(() => decodeRecord(record)).toThrow(
      expect.objectContaining({
        message: 'The event at position 42 can no longer be read',
        cause: { reason: 'schema', faults: [expect.objectContaining({ path: 'type' })] },
      }),
    )
  })
})
