import { validBodies } from '@patterns/testing/eventBodies.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binary, decode, now, structured, used } from '../testing/exampleMessage.ts'
import { idOfPlace } from './upcast.ts'

describe('a message', () => {
  it('carries an event of version 1', () => {
    expect(decode(used)).toEqual({
      ok: true,
      event: {
        eventId: used.event_id,
        type: 'pattern.used',
        patternId: used.pattern_id,
        occurredAt: now,
        isTest: false,
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
        const plain = decode(body, {}, Number.MAX_SAFE_INTEGER)
        const wrapped = { specversion: '1.0', id: event_id, type, time: occurred_at, data }
        expect(plain.ok).toBe(true)
        expect(decode(wrapped, { headers: structured }, Number.MAX_SAFE_INTEGER)).toEqual(plain)
      }),
    )
  })
})
