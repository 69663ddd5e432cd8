import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import fc from 'fast-check'

/** An event of one shard with the broker's time, epoch milliseconds. */
export interface RecordedEvent {
  readonly event: PatternEvent
  readonly recordedAt: number
}

const hourMs = 3_600_000

/** A Sunday, so that a few hours reach into another day and another week. */
const aroundHere = Date.UTC(2026, 0, 4, 20)

/** The first and the last instant that RFC 3339 can write. */
const edgesOfTime = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')]

/** Mostly within some hours of each other, some at the very edge of an hour, a few from long ago or far ahead. */
const eventTimes = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: aroundHere, max: aroundHere + 12 * hourMs }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -1, max: 1 }))
      .map(([hours, edge]) => aroundHere + hours * hourMs + edge),
  },
  { weight: 1, arbitrary: fc.integer({ min: Date.UTC(1965, 0, 1), max: aroundHere }) },
  { weight: 1, arbitrary: fc.constantFrom(...edgesOfTime) },
)

/** How much later than the event the broker took it; negative if the producer's clock runs ahead. */
const delays = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 5_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: -24 * hourMs, max: 200 * hourMs }) },
)

const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined })

const scores = fc.oneof(fc.nat({ max: 1_000_000 }), fc.constantFrom(0, 49_999, 50_000, 950_000, 1_000_000))
const durations = fc.oneof(fc.nat({ max: 5_000 }), fc.constantFrom(0, 1, 2, 86_400_000))
const names = fc.constantFrom('Circuit breaker', 'Retry', 'Wiederholung ↻', 'a "quoted", {odd} \\ name')
const types = fc.constantFrom('resilience', 'crud', 'naming')

const identity = {
  eventId: fc.uuid(),
  patternId: fc.constantFrom(
    '0197a3b4-0000-7000-8000-000000000001',
    '0197a3b4-0000-7000-8000-000000000002',
    'ffffffff-ffff-4fff-bfff-ffffffffffff',
  ),
  occurredAt: eventTimes,
  isTest: fc.nat({ max: 19 }).map((drawn) => drawn === 0),
}
const nothing = fc.constant(undefined)

const uses: fc.Arbitrary<PatternEvent> = fc.record({
  ...identity,
  type: fc.constant('pattern.used' as const),
  patternName: optional(names),
  patternType: optional(types),
  outcome: fc.constantFrom('success', 'partial_success', 'failure', 'error'),
  qualityMillionths: optional(scores),
  executionTimeMs: optional(durations),
  registration: nothing,
})
const assessments: fc.Arbitrary<PatternEvent> = fc.record({
  ...identity,
  type: fc.constant('pattern.quality_assessed' as const),
  patternName: nothing,
  patternType: nothing,
  outcome: nothing,
  qualityMillionths: scores,
  executionTimeMs: nothing,
  registration: nothing,
})
const registrations: fc.Arbitrary<PatternEvent> = fc.record({
  ...identity,
  type: fc.constant('pattern.registered' as const),
  patternName: names,
  patternType: types,
  outcome: nothing,
  qualityMillionths: nothing,
  executionTimeMs: nothing,
  registration: fc.record({
    description: optional(names),
    tags: optional(fc.array(names, { maxLength: 3 })),
    nodeType: optional(types),
  }),
})

const recorded: fc.Arbitrary<RecordedEvent> = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: uses },
      { weight: 2, arbitrary: assessments },
      { weight: 2, arbitrary: registrations },
    ),
    delays,
  )
  .map(([event, delay]) => ({ event, recordedAt: event.occurredAt + delay }))

/** What the log of one shard may hold, in the order of positions: all types, late ones, clocks that run ahead. */
export const histories = (maxLength: number): fc.Arbitrary<RecordedEvent[]> =>
  fc.array(recorded, { maxLength, size: 'max' })
