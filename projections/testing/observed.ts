import type { PlacedEvent } from '../measure.ts'
import { duration, type Duration } from '../measures/duration.ts'
import { quality, type Quality } from '../measures/quality.ts'

/** An event of which only the observation matters. */
const observation = (qualityMillionths?: number, executionTimeMs?: number): PlacedEvent => ({
  event: {
    eventId: '018f0000-0000-7000-8000-000000000001',
    type: 'pattern.used',
    patternId: '018f0000-0000-7000-8000-000000000002',
    occurredAt: 0,
    isTest: false,
    patternName: undefined,
    patternType: undefined,
    outcome: 'success',
    qualityMillionths,
    executionTimeMs,
    registration: undefined,
  },
  position: 1,
  recordedAt: 0,
})

/** The state after events with these quality scores, in millionths. */
export const qualityOf = (millionths: readonly number[]): Quality => {
  const state = quality.zero()
  for (const score of millionths) quality.add(state, observation(score))
  return state
}

/** The state after events with these durations. */
export const durationOf = (durationsMs: readonly number[]): Duration => {
  const state = duration.zero()
  for (const ms of durationsMs) duration.add(state, observation(undefined, ms))
  return state
}
