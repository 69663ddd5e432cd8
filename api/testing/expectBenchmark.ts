import type { SeededEvent } from '@patterns/testing/seedProjections.ts'
import { expect } from 'vitest'
import { inRange, mean, metricOf, ofPattern } from './recount.ts'
import type { Answer } from './startTestApi.ts'

/** What a benchmark must say, by plain lists. */
export const expectBenchmark = (
  events: readonly SeededEvent[],
  body: Answer['body'],
  id: string,
  category: readonly string[],
): void => {
  for (const { metric_type: metric, ...answered } of body.benchmarks) {
    const of = (one: string) => metricOf(inRange(ofPattern(events, one), body), metric).value
    const all = category.flatMap((one) => of(one) ?? [])
    const own = of(id)
    expect(answered.patterns).toBe(all.length)
    if (own === null) expect(answered.value).toBeNull()
    else expect(answered.value).toBeCloseTo(own, 9)
    if (all.length < 5) {
      expect(answered).toMatchObject({ status: 'suppressed', reason: 'too_few_patterns', min_patterns: 5 })
      expect(answered).not.toHaveProperty('category_average')
      continue
    }
    const sorted = all.toSorted((x, y) => x - y)
    const middle = (sorted.length - 1) / 2
    expect(answered.category_average).toBeCloseTo(mean(all)!, 9)
    expect(answered.category_median).toBeCloseTo(
      (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
      9,
    )
    const pooled = metricOf(
      inRange(
        category.flatMap((one) => ofPattern(events, one)),
        body,
      ),
      metric,
    ).value!
    expect(answered.category_pooled).toBeCloseTo(metric === 'usage' ? pooled / all.length : pooled, 9)
    if (own === null) {
      expect([answered.percentile, answered.rank, answered.relative_performance]).toEqual([null, null, null])
      continue
    }
    const isBetter = (x: number, y: number) => (metric === 'duration' ? x < y : x > y)
    const worse = all.filter((value) => isBetter(own, value)).length
    const better = all.filter((value) => isBetter(value, own)).length
    expect(answered.percentile).toBeCloseTo(
      (100 * (worse + (all.length - worse - better) / 2)) / all.length,
      9,
    )
    expect(answered.rank).toBe(better + 1)
    expect(answered.relative_performance).toBeCloseTo(own / mean(all)! - 1, 9)
  }
}
