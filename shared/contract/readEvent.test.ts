import { nearlyValidBodies, validBodies } from '@patterns/testing/eventBodies.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventSchema } from './eventSchema.ts'
import { toMillionths } from './millionths.ts'
import type { PatternEvent } from './patternEvent.ts'
import { readEvent } from './readEvent.ts'
import { readTime } from './rfc3339.ts'

const sizeOf = (body: unknown): number => Buffer.byteLength(JSON.stringify(body))

/** The event as the schema's own result has it, the slow way. */
const eventOf = (body: unknown): PatternEvent | undefined => {
  const { data } = eventSchema.safeParse(body)
  if (data === undefined) return undefined
  const used = data.type === 'pattern.used' ? data : undefined
  const registered = data.type === 'pattern.registered' ? data : undefined
  const assessed = data.type === 'pattern.quality_assessed' ? data : undefined
  const score = used?.quality_score ?? assessed?.quality_score
  return {
    eventId: data.event_id.toLowerCase(),
    type: data.type,
    patternId: data.pattern_id.toLowerCase(),
    occurredAt: readTime(data.occurred_at)!,
    isTest: (body as { test?: unknown }).test === true,
    patternName: used?.pattern_name ?? registered?.pattern_name,
    patternType: used?.pattern_type ?? registered?.pattern_type,
    outcome: used?.outcome,
    qualityMillionths: score === undefined ? undefined : toMillionths(score),
    executionTimeMs: used?.execution_time_ms ?? undefined,
    registration:
      registered === undefined
        ? undefined
        : {
            description: registered.description ?? undefined,
            tags: registered.tags ?? undefined,
            nodeType: registered.node_type ?? undefined,
          },
  }
}

const used = {
  event_id: '0197A3B4-5C6D-7E8F-9012-3456789ABCDE',
  type: 'pattern.used',
  schema_version: 1,
  pattern_id: '11111111-2222-4333-8444-555555555555',
  occurred_at: '2026-01-02T03:04:05.678Z',
  outcome: 'partial_success',
}

describe('the compiled check of an event', () => {
  it('takes every valid body and reads what the schema reads', () => {
    fc.assert(
      fc.property(validBodies, (body) => {
        const event = readEvent(body, sizeOf(body))
        expect(event).toBeDefined()
        expect(event).toEqual(eventOf(body))
      }),
      { numRuns: 300 },
    )
  })

  it('takes a body that is nearly valid exactly when the schema takes it, and reads the same', () => {
    fc.assert(
      fc.property(nearlyValidBodies, fc.nat({ max: 100 }), (body, whitespace) => {
        expect(readEvent(body, sizeOf(body) + whitespace)).toEqual(eventOf(body))
      }),
      { numRuns: 3_000 },
    )
  })

  it('takes nothing but objects', () => {
    for (const body of [undefined, null, 0, 'text', true, [], [used]]) {
      expect(readEvent(body, 100)).toBeUndefined()
      expect(eventSchema.safeParse(body).success).toBe(false)
    }
  })

  it('reads a use', () => {
    const body = {
      ...used,
      pattern_name: 'Circuit breaker',
      pattern_type: 'resilience',
      quality_score: 0.75,
      execution_time_ms: 120,
      context: { nested: { deeply: [1, 2, 3] } },
      something_new: 'is kept in the log and ignored here',
    }
    expect(readEvent(body, sizeOf(body))).toStrictEqual({
      eventId: '0197a3b4-5c6d-7e8f-9012-3456789abcde',
      type: 'pattern.used',
      patternId: '11111111-2222-4333-8444-555555555555',
      occurredAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
      isTest: false,
      patternName: 'Circuit breaker',
      patternType: 'resilience',
      outcome: 'partial_success',
      qualityMillionths: 750_000,
      executionTimeMs: 120,
      registration: undefined,
    })
  })

  it('reads an assessment: its quality, and no outcome', () => {
    const body = { ...used, type: 'pattern.quality_assessed', quality_score: 1, dimensions: { clarity: 0.5 } }
    expect(readEvent(body, sizeOf(body))).toMatchObject({
      type: 'pattern.quality_assessed',
      outcome: undefined,
      qualityMillionths: 1_000_000,
    })
  })

  it('reads a registration: name, type and what it says beyond them', () => {
    const body = {
      ...used,
      type: 'pattern.registered',
      pattern_name: 'Retry',
      pattern_type: 'resilience',
      description: null,
      tags: ['network'],
      quality_score: 0.5,
    }
    expect(readEvent(body, sizeOf(body))).toMatchObject({
      patternName: 'Retry',
      qualityMillionths: undefined,
      registration: { description: undefined, tags: ['network'], nodeType: undefined },
    })
  })

  it('makes events of one shape, whatever their type, which keeps reading them fast', () => {
    fc.assert(
      fc.property(validBodies, (body) => {
        expect(Object.keys(readEvent(body, sizeOf(body))!).toSorted()).toEqual([
          'eventId',
          'executionTimeMs',
          'isTest',
          'occurredAt',
          'outcome',
          'patternId',
          'patternName',
          'patternType',
          'qualityMillionths',
          'registration',
          'type',
        ])
      }),
    )
  })

  it('measures a context in compact JSON: neither whitespace nor short exponents change what is too large', () => {
    const context = { a: Array.from({ length: 800 }, () => 1e20) }
    const written = JSON.stringify({ ...used, context }).replaceAll('100000000000000000000', '1e20')
    expect(written.length).toBeLessThan(5_000)
    expect(readEvent(JSON.parse(written), written.length)).toBeUndefined()
    const spaced = JSON.stringify({ ...used, context: { a: 'b' } }, null, 10).padEnd(100_000)
    expect(readEvent(JSON.parse(spaced), spaced.length)).toBeDefined()
  })
})
