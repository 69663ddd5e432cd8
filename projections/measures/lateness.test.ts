import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lateness } from './lateness.ts'

const eventAt = (occurredAt: number): PatternEvent => ({
  eventId: '0197a3b4-0000-7000-8000-000000000001',
  type: 'pattern.used',
  patternId: '0197a3b4-0000-7000-8000-000000000002',
  occurredAt,
  isTest: false,
  patternName: undefined,
  patternType: undefined,
  outcome: 'success',
  qualityMillionths: undefined,
  executionTimeMs: undefined,
  registration: undefined,
})

const countOf = (occurredAt: string | number, watermark: string | number) => {
  const state = lateness.zero()
  const time = (value: string | number) => (typeof value === 'string' ? Date.parse(value) : value)
  lateness.add(state, { event: eventAt(time(occurredAt)), position: 1, watermark: time(watermark) })
  return state
}

const inTime = { hour: 0, day: 0, week: 0 }

describe('an event is late', () => {
  // 2026-01-07 is a Wednesday; its week ends as 2026-01-12 begins.
  const event = '2026-01-07T10:20:00Z'

  it.each([
    ['never, as the first of its shard', noWatermark, inTime],
    ['never, where the shard is behind it', '2026-01-01T00:00:00Z', inTime],
    ['not yet, an hour after itself', '2026-01-07T11:20:00Z', inTime],
    ['not yet, just an hour after the end of its hour', '2026-01-07T12:00:00.000Z', inTime],
    ['for its hour, a millisecond later', '2026-01-07T12:00:00.001Z', { ...inTime, hour: 1 }],
    ['for its hour alone, just an hour after its day', '2026-01-08T01:00:00.000Z', { ...inTime, hour: 1 }],
    ['for its day as well, a millisecond later', '2026-01-08T01:00:00.001Z', { hour: 1, day: 1, week: 0 }],
    ['not for its week, just an hour after it', '2026-01-12T01:00:00.000Z', { hour: 1, day: 1, week: 0 }],
    ['for all three, a millisecond later', '2026-01-12T01:00:00.001Z', { hour: 1, day: 1, week: 1 }],
  ])('%s', (_when, watermark, expected) => {
    expect(countOf(event, watermark)).toEqual(expected)
  })

  it('for its hour wherever it is late for its day, and for its day wherever for its week', () => {
    const times = fc.integer({ min: -1_000_000_000_000, max: 2_000_000_000_000 })
    fc.assert(
      fc.property(times, fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), (occurredAt, ahead) => {
        const { hour, day, week } = countOf(occurredAt, occurredAt + ahead)
        expect(day).toBeLessThanOrEqual(hour)
        expect(week).toBeLessThanOrEqual(day)
      }),
    )
  })
})
