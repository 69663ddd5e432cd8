import type { SeedMessage } from '@patterns/testing/seedProjections.ts'
import fc from 'fast-check'

export const patternIds = [
  '0197a3b4-0000-7000-8000-000000000001',
  '0197a3b4-0000-7000-8000-000000000002',
  '0197a3b4-0000-7000-8000-000000000003',
  'ffffffff-ffff-4fff-bfff-ffffffffffff',
] as const

export const patternTypes = ['resilience', 'crud'] as const

/** Messages between two instants: all types, often at the edge of an hour, and in an order that makes some late. */
export const messagesBetween = (from: number, to: number): fc.Arbitrary<SeedMessage> => {
  const times = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: from, max: to - 1 }) },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: Math.ceil(from / 3_600_000), max: Math.floor((to - 1) / 3_600_000) })
        .chain((hour) => fc.constantFrom(hour * 3_600_000, Math.max(from, hour * 3_600_000 - 1))),
    },
  )
  const identity = {
    pattern_id: fc.constantFrom(...patternIds),
    occurred_at: times.map((time) => new Date(time).toISOString()),
  }
  const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
  const used = fc.record({
    ...identity,
    type: fc.constant('pattern.used'),
    pattern_name: optional(fc.constantFrom('Retry', 'Circuit breaker', 'Bulkhead')),
    pattern_type: optional(fc.constantFrom(...patternTypes)),
    outcome: fc.constantFrom('success', 'success', 'partial_success', 'failure', 'error'),
    quality_score: optional(fc.integer({ min: 0, max: 1_000_000 }).map((millionths) => millionths / 1e6)),
    execution_time_ms: optional(fc.nat({ max: 5_000 })),
  })
  const assessed = fc.record({
    ...identity,
    type: fc.constant('pattern.quality_assessed'),
    quality_score: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  return fc.record({
    // Most patterns live in one shard; a repartitioned topic puts them in several.
    shard: fc.nat({ max: 2 }),
    body: fc.oneof({ weight: 5, arbitrary: used }, { weight: 1, arbitrary: assessed }),
  })
}

/** So many of them, the same for the same seed. */
export const drawMessages = (count: number, from: number, to: number, seed: number): SeedMessage[] =>
  fc.sample(messagesBetween(from, to), { numRuns: count, seed })
