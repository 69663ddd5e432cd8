import { type Benchmark, benchmark } from '@patterns/projections/analytics/benchmark.ts'
import { type Metric, metrics, type MetricState } from '@patterns/projections/analytics/metric.ts'
import type { ListedPattern } from '../totals/catalogue.ts'
import { type Sums, sumsAt } from '../totals/sums.ts'

/** Where a pattern stands in a category. */
export interface CategoryBenchmark {
  readonly category: string
  /** Patterns of the category, with and without observations in the range. */
  readonly patterns: number
  readonly benchmarks: readonly { readonly metric: Metric; readonly benchmark: Benchmark }[]
}

const stateOf = (sums: Sums): MetricState => ({
  outcomes: sums.outcomes,
  quality: { count: sums.qualityCount, sum: sums.qualitySum },
  duration: { count: sums.durationCount, sumMs: sums.durationSumMs },
})

/** Every metric of a pattern beside those of a category, from the sums over a range. */
export const benchmarkPattern = (
  { pattern }: Pick<ListedPattern, 'pattern'>,
  category: string,
  ofCategory: readonly ListedPattern[],
  { values }: { readonly values: Float64Array },
): CategoryBenchmark => {
  const own = stateOf(sumsAt(values, pattern))
  const states = ofCategory.map((other) => stateOf(sumsAt(values, other.pattern)))
  return {
    category,
    patterns: states.length,
    benchmarks: metrics.map((metric) => ({ metric, benchmark: benchmark(metric, own, states) })),
  }
}
