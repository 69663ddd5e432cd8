import { durationPercentile } from '../derived/percentile.ts'
import { holm } from './falseDiscovery.ts'
import { type Metric, metrics as allMetrics, metricValue, sampleSize } from './metric.ts'
import { type PairTest, pairTest, type TestedState } from './pairTest.ts'
import { type Ranked, ranking } from './ranking.ts'
import { type ValueStatistics, valueStatistics } from './valueStatistics.ts'

/** A pattern with its state merged over the range. */
export interface ComparedPattern {
  readonly id: string
  readonly state: TestedState
}

/** The test of one pair among others: `first` and `second` are ids. */
export type PairDifference = PairTest & {
  readonly first: string
  readonly second: string
  /** p adjusted for all tested pairs of the metric; null if untested. */
  readonly adjustedP: number | null
  /** Whether the two differ beyond chance: adjusted p below 0.05. Null if that cannot be told. */
  readonly differs: boolean | null
}

/** One metric of all patterns side by side. */
export interface MetricComparison {
  readonly metric: Metric
  /** In the order of the patterns; null if nothing was observed. */
  readonly values: readonly {
    readonly id: string
    readonly value: number | null
    /** Of durations; null for every other metric. */
    readonly median: number | null
    readonly sampleSize: number
  }[]
  readonly statistics: ValueStatistics
  /** By value; durations by their median. */
  readonly ranking: readonly Ranked[]
  /** Every pair, in the order of the patterns; none for usage. */
  readonly differences: readonly PairDifference[]
}

const significance = 0.05

const differencesOf = (metric: Metric, patterns: readonly ComparedPattern[]): PairDifference[] => {
  if (metric === 'usage') return []
  const pairs = patterns.flatMap((a, i) =>
    patterns
      .slice(i + 1)
      .map((b) => ({ first: a.id, second: b.id, test: pairTest(metric, a.state, b.state) })),
  )
  const adjusted = holm(pairs.flatMap(({ test }) => (test.status === 'tested' ? [test.p] : [])))
  let tested = 0
  return pairs.map(({ first, second, test }) => {
    const adjustedP = test.status === 'tested' ? adjusted[tested++]! : null
    return {
      first,
      second,
      ...test,
      adjustedP,
      differs: adjustedP === null ? null : adjustedP < significance,
    }
  })
}

/**
 * Durations are ranked by what they are tested by, their order: one that took a thousand times as long moves the mean
 * past patterns that are slower nearly every time.
 */
const byMedian = ({ id, median }: MetricComparison['values'][number]) => ({ id, value: median })

/**
 * Patterns side by side: value, statistics and ranking of each metric, and which pairs differ beyond chance.
 * The pairs of a metric are judged together by Holm's method, so the chance of any wrong call among them
 * stays at 5 %.
 */
export const compare = (
  patterns: readonly ComparedPattern[],
  metrics: readonly Metric[] = allMetrics,
): MetricComparison[] =>
  metrics.map((metric) => {
    const values = patterns.map(({ id, state }) => ({
      id,
      value: metricValue(metric, state),
      median: metric === 'duration' ? durationPercentile(state.duration, 50) : null,
      sampleSize: sampleSize(metric, state),
    }))
    return {
      metric,
      values,
      statistics: valueStatistics(values.map(({ value }) => value)),
      ranking: ranking(metric, metric === 'duration' ? values.map(byMedian) : values),
      differences: differencesOf(metric, patterns),
    }
  })
