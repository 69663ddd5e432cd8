import type { SeedMessage } from '@patterns/testing/seedProjections.ts'

export const documentedIds = {
  retry: '0197a3b4-5c6d-7e8f-9012-3456789abc01',
  timeout: '0197a3b4-5c6d-7e8f-9012-3456789abc02',
  bulkhead: '0197a3b4-5c6d-7e8f-9012-3456789abc03',
  fallback: '0197a3b4-5c6d-7e8f-9012-3456789abc04',
  hedge: '0197a3b4-5c6d-7e8f-9012-3456789abc05',
} as const

/** Uses on the 8th to the 17th of March 2026. */
const retryUses = [2, 3, 3, 5, 4, 6, 7, 6, 8, 9]
const steadyUses = [3, 3, 3, 3, 3, 3, 3, 3, 3, 3]

const patterns = [
  { name: 'Retry', id: documentedIds.retry, uses: retryUses, failsEvery: 10, quality: 0.8, ms: 120 },
  { name: 'Timeout', id: documentedIds.timeout, uses: steadyUses, failsEvery: 3, quality: 0.6, ms: 80 },
  { name: 'Bulkhead', id: documentedIds.bulkhead, uses: steadyUses, failsEvery: 6, quality: 0.7, ms: 40 },
  { name: 'Fallback', id: documentedIds.fallback, uses: steadyUses, failsEvery: 5, quality: 0.5, ms: 20 },
  { name: 'Hedge', id: documentedIds.hedge, uses: steadyUses, failsEvery: 2, quality: 0.9, ms: 300 },
] as const

/**
 * The events of the second half of docs/API.md. Each day's uses of a pattern come a minute apart from noon on, and one in
 * `failsEvery` is a failure. Every other use has a score that is 0.1 higher and takes a tenth longer.
 */
export const documentedMessages = (): SeedMessage[] =>
  patterns.flatMap(({ name, id, uses, failsEvery, quality, ms }) => {
    let use = 0
    return uses.flatMap((count, day) =>
      Array.from({ length: count }, (_, minute) => {
        use++
        const isOdd = use % 2 === 1
        return {
          body: {
            type: 'pattern.used',
            pattern_id: id,
            pattern_name: name,
            pattern_type: 'resilience',
            occurred_at: new Date(Date.UTC(2026, 2, 8 + day, 12, minute)).toISOString(),
            outcome: use % failsEvery === 0 ? 'failure' : 'success',
            quality_score: isOdd ? quality : Math.round((quality + 0.1) * 10) / 10,
            execution_time_ms: isOdd ? ms : ms * 1.1,
          },
        }
      }),
    )
  })
