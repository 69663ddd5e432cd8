import { mean, median } from 'simple-statistics'
import { type Metric, metricRules, type MetricState, metricValue } from './metric.ts'

/** A metric of one pattern beside the patterns of a category. */
export type Benchmark =
  | {
      readonly status: 'measured'
      /** Patterns of the category that have a value. */
      readonly patterns: number
      /** The pattern's own; null, as all that rests on it, where nothing was observed. */
      readonly value: number | null
      /** The mean over patterns, each counting the same. */
      readonly categoryMean: number
      /** The mean over observations, so that much used patterns count more. For usage the same as the mean. */
      readonly categoryPooled: number
      readonly categoryMedian: number
      /** Per cent of the category that the pattern is better than, ties counted half; 0…100. */
      readonly percentile: number | null
      /** 1 is best; equal values share a rank. */
      readonly rank: number | null
      /** (value − mean) / mean: 0.1 is 10 % above the category. Null where the mean is 0. */
      readonly relativePerformance: number | null
    }
  | {
      readonly status: 'suppressed'
      readonly reason: 'too_few_patterns'
      readonly patterns: number
      readonly leastPatterns: number
      readonly value: number | null
    }

/** Among fewer patterns a rank says little, and gives away the others' values. */
const leastPatterns = 5

const isBetter = (metric: Metric, a: number, b: number): boolean =>
  metricRules[metric].better === 'higher' ? a > b : a < b

/**
 * Where a pattern stands in a category, its own or another; `category` holds the states, merged over the
 * range, of all the category's patterns (with the pattern itself where it belongs to it).
 *
 * The percentile is the mid-rank percentile rank, 100·(worse + ½·equal)/n (Crawford, Garthwaite, Slick 2009,
 * "On percentile norms in neuropsychology", The Clinical Neuropsychologist 23, 1173–1195).
 * Better is higher, but for duration, where it is lower.
 */
export const benchmark = (
  metric: Metric,
  pattern: MetricState,
  category: readonly MetricState[],
): Benchmark => {
  const rule = metricRules[metric]
  const value = metricValue(metric, pattern)
  const values: number[] = []
  let total = 0
  let count = 0
  for (const state of category) {
    const each = metricValue(metric, state)
    if (each === null) continue
    values.push(each)
    total += rule.total(state)
    count += rule.count(state)
  }
  const patterns = values.length
  if (patterns < leastPatterns) {
    return { status: 'suppressed', reason: 'too_few_patterns', patterns, leastPatterns, value }
  }
  const categoryMean = mean(values)
  const middle = {
    status: 'measured',
    patterns,
    categoryMean,
    categoryPooled: total / count / rule.unit,
    categoryMedian: median(values),
  } as const
  if (value === null) {
    return { ...middle, value, percentile: null, rank: null, relativePerformance: null }
  }
  const better = values.filter((other) => isBetter(metric, other, value)).length
  const worse = values.filter((other) => isBetter(metric, value, other)).length
  return {
    ...middle,
    value,
    percentile: (100 * (worse + (patterns - better - worse) / 2)) / patterns,
    rank: better + 1,
    relativePerformance: categoryMean === 0 ? null : (value - categoryMean) / categoryMean,
  }
}
