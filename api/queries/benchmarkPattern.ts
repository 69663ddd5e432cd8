import {
  type Benchmark,
  benchmark,
  categoryFigures,
  type CategoryFigures,
} from '@patterns/projections/analytics/benchmark.ts'
import { type Metric, metrics, type MetricState } from '@patterns/projections/analytics/metric.ts'
import { LRUCache } from 'lru-cache'
import type { Range } from '../values/range.ts'
import type { Vector } from '@patterns/read-model/vector.ts'
import type { ListedPattern } from '../totals/catalogue.ts'
import type { StandingsView } from '../totals/standings.ts'
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

interface Kept {
  /** The vector that the figures are of; the view's own object. */
  readonly vector: Vector
  readonly figures: readonly CategoryFigures[]
}

/** Categories and ranges kept at most. */
const mostKept = 200

/**
 * Places patterns in categories, from the sums over a range. The figures of a category are made once for each
 * vector, however many patterns are placed in it. To be called before the first `await` of a view.
 */
export const createBenchmarks = () => {
  const kept = new LRUCache<string, Kept>({ max: mostKept })
  return (
    { vector, catalogue, sums }: StandingsView,
    range: Range,
    { pattern }: ListedPattern,
    category: string,
  ): CategoryBenchmark => {
    const { values } = sums(range)
    const ofCategory = catalogue.ofType(category)
    const key = `${range.from}/${range.to}/${category}`
    let known = kept.get(key)
    if (known?.vector !== vector) {
      const states = ofCategory.map((other) => stateOf(sumsAt(values, other.pattern)))
      known = { vector, figures: metrics.map((metric) => categoryFigures(metric, states)) }
      kept.set(key, known)
    }
    const own = stateOf(sumsAt(values, pattern))
    return {
      category,
      patterns: ofCategory.length,
      benchmarks: known.figures.map((figures) => ({
        metric: figures.metric,
        benchmark: benchmark(own, figures),
      })),
    }
  }
}
