import { mean, medianSorted } from 'simple-statistics'
import { type Metric, metricRules, type MetricState, metricValue } from './metric.ts'

/** A metric of one pattern beside the patterns of a category. */
export type Benchmark =
  | {
      readonly status: 'measured'
      /** Patterns of the category that have a value. */
      readonly patterns: number
      /** The pattern's own; null, as all that rests on it, if nothing was observed. */
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
      /** (value − mean) / mean: 0.1 is 10 % above the category. Null if the mean is 0. */
      readonly relativePerformance: number | null
    }
  | {
      readonly status: 'suppressed'
      readonly reason: 'too_few_patterns'
      readonly patterns: number
      readonly minPatterns: number
      readonly value: number | null
    }

/** Among fewer patterns a rank says little, and gives away the others' values. */
const minPatterns = 5

/** One metric of a category: what any pattern of it, or of another, is placed in. */
export type CategoryFigures =
  | {
      readonly status: 'measured'
      readonly metric: Metric
      /** The patterns' values, least first. */
      readonly values: Float64Array
      readonly mean: number
      readonly pooled: number
      readonly median: number
    }
  | { readonly status: 'suppressed'; readonly metric: Metric; readonly patterns: number }

/**
 * The figures of a category, from the states of all its patterns, merged over the range. Made once for however
 * many patterns are placed in it.
 */
export const categoryFigures = (metric: Metric, category: readonly MetricState[]): CategoryFigures => {
  const rule = metricRules[metric]
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
  if (patterns < minPatterns) return { status: 'suppressed', metric, patterns }
  const sorted = Float64Array.from(values).toSorted()
  return {
    status: 'measured',
    metric,
    values: sorted,
    mean: mean(values),
    pooled: total / count / rule.unit,
    median: medianSorted([...sorted]),
  }
}

/** How many of the sorted values are below `bound`, or with `orEqual` not above it. */
const countBelow = (sorted: Float64Array, bound: number, orEqual: boolean): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const value = sorted[middle]!
    if (value < bound || (orEqual && value === bound)) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Where a pattern stands in a category, its own or another (with the pattern itself if it belongs to it).
 *
 * The percentile is the mid-rank percentile rank, 100·(worse + ½·equal)/n (Crawford, Garthwaite, Slick 2009,
 * "On percentile norms in neuropsychology", The Clinical Neuropsychologist 23, 1173–1195).
 * Better is higher, but for duration, where it is lower.
 */
export const benchmark = (pattern: MetricState, category: CategoryFigures): Benchmark => {
  const { metric } = category
  const value = metricValue(metric, pattern)
  if (category.status === 'suppressed') {
    const { patterns } = category
    return { status: 'suppressed', reason: 'too_few_patterns', patterns, minPatterns, value }
  }
  const { values } = category
  const patterns = values.length
  const middle = {
    status: 'measured',
    patterns,
    categoryMean: category.mean,
    categoryPooled: category.pooled,
    categoryMedian: category.median,
  } as const
  if (value === null) {
    return { ...middle, value, percentile: null, rank: null, relativePerformance: null }
  }
  const below = countBelow(values, value, false)
  const above = patterns - countBelow(values, value, true)
  const [worse, better] = metricRules[metric].better === 'higher' ? [below, above] : [above, below]
  return {
    ...middle,
    value,
    percentile: (100 * (worse + (patterns - better - worse) / 2)) / patterns,
    rank: better + 1,
    relativePerformance: category.mean === 0 ? null : (value - category.mean) / category.mean,
  }
}
