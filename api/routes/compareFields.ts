import { z } from '@hono/zod-openapi'
import type { MetricComparison, PairDifference } from '@patterns/projections/analytics/comparison.ts'
import { metrics } from '@patterns/projections/analytics/metric.ts'
import { count } from './figureFields.ts'
import { unitField } from './units.ts'

const interval = z.strictObject({ lower: z.number(), upper: z.number() })

const pair = { first: z.uuid(), second: z.uuid() }

const verdict = {
  p_value: z.number(),
  adjusted_p_value: z.number().openapi({
    description: 'For all tested pairs of the metric (Holm), so that one wrong call in any of them has 5 %.',
  }),
  differs: z.boolean().openapi({ description: 'Whether they differ beyond chance: adjusted p below 0.05.' }),
}

const differenceSchema = z
  .union([
    z.strictObject({
      ...pair,
      status: z.literal('tested'),
      method: z.enum(['n_minus_1_chi_squared', 'fisher_irwin', 'welch']).openapi({
        description:
          'Rates: the (N − 1) chi-squared test, or Fisher and Irwin’s exact one where counts are small. Quality: Welch’s t, or that exact one where no score varies.',
      }),
      difference: z.number().openapi({ description: 'The first value less the second.' }),
      interval: interval.nullable().openapi({
        description: '95 %; null where no score varies, so that nothing says how sure the difference is.',
      }),
      ...verdict,
    }),
    z.strictObject({
      ...pair,
      status: z.literal('tested'),
      method: z.literal('mann_whitney').openapi({ description: 'Durations, by their histograms.' }),
      superiority: z.number().openapi({
        description: 'How often the first takes longer than the second, ties counted half: 0.5 is alike.',
      }),
      ...verdict,
    }),
    z.strictObject({
      ...pair,
      status: z.literal('untested'),
      reason: z.literal('too_few_observations'),
    }),
  ])
  .openapi('PairDifference')

export const comparisonSchema = z
  .strictObject({
    metric_type: z.enum(metrics),
    unit: unitField,
    better: z.enum(['higher', 'lower']),
    values: z.record(z.uuid(), z.number().nullable()).openapi({
      description: 'By pattern; null where nothing was observed.',
    }),
    medians: z.record(z.uuid(), z.number().nullable()).nullable().openapi({
      description:
        'Of durations, by pattern, within 5 %: they are ranked by these, as `values` are means, which a few very long ones move. null for other metrics.',
    }),
    sample_sizes: z.record(z.uuid(), count),
    statistics: z
      .strictObject({
        mean: z.number().nullable(),
        median: z.number().nullable(),
        stddev: z.number().nullable().openapi({ description: 'Sample standard deviation (n − 1).' }),
      })
      .openapi({ description: 'Over the patterns that have a value; null where too few have.' }),
    differences: z.array(differenceSchema).openapi({
      description: 'Every pair; none for usage, which is a count and no sample.',
    }),
  })
  .openapi('Comparison')

export const rankingsSchema = z
  .partialRecord(z.enum(metrics), z.array(z.strictObject({ pattern_id: z.uuid(), rank: z.int().min(1) })))
  .openapi({
    description:
      'Best first, by value, and durations by their median; equals share a rank. Patterns without a value are left out.',
  })

/** A pair as it is sent. */
export const differenceOf = (difference: PairDifference) => {
  const { first, second } = difference
  if (difference.status === 'untested')
    return { first, second, status: difference.status, reason: difference.reason }
  const tested = {
    first,
    second,
    status: difference.status,
    p_value: difference.p,
    // Of a tested pair there is always a verdict.
    adjusted_p_value: difference.adjustedP!,
    differs: difference.differs!,
  }
  return difference.method === 'mann_whitney'
    ? { ...tested, method: difference.method, superiority: difference.superiority }
    : {
        ...tested,
        method: difference.method,
        difference: difference.difference,
        interval: difference.interval,
      }
}

export const rankingsOf = (comparisons: readonly MetricComparison[]) =>
  Object.fromEntries(
    comparisons.map(({ metric, ranking }) => [
      metric,
      ranking.map(({ id, rank }) => ({ pattern_id: id, rank })),
    ]),
  )
