import { z } from '@hono/zod-openapi'
import { type Benchmark, benchmark } from '@patterns/projections/analytics/benchmark.ts'
import { type Metric, metricRules, type MetricState } from '@patterns/projections/analytics/metric.ts'
import type { Category } from '../queries/lists/readCategory.ts'
import { count } from './figureFields.ts'
import { betterField, metricField, metricUnits, unitField } from './units.ts'

const value = z.number().nullable().openapi({ description: 'The pattern’s own; null without observations.' })

const common = {
  metric_type: metricField,
  unit: unitField,
  better: betterField,
  value,
  patterns: count.openapi({ description: 'Patterns of the category that have a value.' }),
}

const benchmarkSchema = z
  .discriminatedUnion('status', [
    z.strictObject({
      ...common,
      status: z.literal('measured').openapi({ description: 'There are enough patterns to compare with.' }),
      category_average: z.number().openapi({ description: 'Over patterns, each counting the same.' }),
      category_pooled: z.number().openapi({ description: 'Over observations.' }),
      category_median: z.number().openapi({ description: 'Of the patterns’ own values.' }),
      percentile: z.number().nullable().openapi({
        description: 'Per cent of the category that the pattern is better than, ties counted half.',
      }),
      rank: z.int().nullable().openapi({ description: '1 is best; equal values share a rank.' }),
      relative_performance: z.number().nullable().openapi({
        description: '(value − average) / average; null if the average is 0.',
      }),
    }),
    z.strictObject({
      ...common,
      status: z.literal('suppressed').openapi({ description: 'There is nothing to compare with.' }),
      reason: z.literal('too_few_patterns').openapi({
        description: 'A rank among so few says little, and gives the others away.',
      }),
      min_patterns: count.openapi({ description: 'How many are needed.' }),
    }),
  ])
  .openapi('Benchmark', { description: 'Where a pattern stands by one metric.' })

export const categoryFields = {
  category: z.string().openapi({ description: 'The type that the pattern is compared with.' }),
  category_patterns: count.openapi({ description: 'All patterns of the type.' }),
  benchmarks: z.array(benchmarkSchema).openapi({ description: 'One for each metric.' }),
}

const benchmarkOf = (metric: Metric, placed: Benchmark) => {
  const { better } = metricRules[metric]
  const { patterns } = placed
  const shared = { metric_type: metric, unit: metricUnits[metric], better, value: placed.value, patterns }
  if (placed.status === 'suppressed')
    return {
      ...shared,
      status: placed.status,
      reason: placed.reason,
      min_patterns: placed.minPatterns,
    }
  return {
    ...shared,
    status: placed.status,
    category_average: placed.categoryMean,
    category_pooled: placed.categoryPooled,
    category_median: placed.categoryMedian,
    percentile: placed.percentile,
    rank: placed.rank,
    relative_performance: placed.relativePerformance,
  }
}

/** How a pattern's sums over a range compare with those of the patterns of a category. */
export const categoryBenchmarkOf = (own: MetricState, { type, patterns, figures }: Category) => ({
  category: type,
  category_patterns: patterns,
  benchmarks: figures.map((ofMetric) => benchmarkOf(ofMetric.metric, benchmark(own, ofMetric))),
})
