import { z } from '@hono/zod-openapi'
import type { MetricComparison, PairDifference } from '@patterns/projections/analytics/comparison.ts'
import { count } from './figureFields.ts'
import { betterField, metricField, unitField } from './units.ts'

const interval = z.strictObject({
  lower: z.number().openapi({ description: 'Its lower end.' }),
  upper: z.number().openapi({ description: 'Its upper end.' }),
})

const pair = {
  first: z.uuid().openapi({ description: 'One pattern.' }),
  second: z.uuid().openapi({ description: 'The pattern that it is compared with.' }),
}

const testedField = z.literal('tested').openapi({ description: 'There is enough to compare.' })

const verdict = {
  p_value: z.number().openapi({ description: 'How often chance alone would differ as much.' }),
  adjusted_p_value: z.number().openapi({
    description: 'For all tested pairs of the metric (Holm), so that one wrong call in any of them has 5 %.',
  }),
  differs: z.boolean().openapi({ description: 'Whether they differ beyond chance: adjusted p below 0.05.' }),
}

const differenceSchema = z
  .union([
    z.strictObject({
      ...pair,
      status: testedField,
      method: z.enum(['n_minus_1_chi_squared', 'fisher_irwin', 'welch']).openapi({
        description:
          'Rates: the (N − 1) chi-squared test, or Fisher and Irwin’s exact one if counts are small. Quality: Welch’s t, or that exact one if no score varies.',
      }),
      difference: z.number().openapi({ description: 'The first value less the second.' }),
      interval: interval.nullable().openapi({
        description: '95 %; null if no score varies, so that nothing says how sure the difference is.',
      }),
      ...verdict,
    }),
    z.strictObject({
      ...pair,
      status: testedField,
      method: z.literal('mann_whitney').openapi({ description: 'Durations, by their histograms.' }),
      superiority: z.number().openapi({
        description: 'How often the first takes longer than the second, ties counted half: 0.5 is alike.',
      }),
      ...verdict,
    }),
    z.strictObject({
      ...pair,
      status: z.literal('untested').openapi({ description: 'Nothing can be said.' }),
      reason: z.literal('too_few_observations').openapi({ description: 'Why not.' }),
    }),
  ])
  .openapi('PairDifference', { description: 'Whether two patterns differ by a metric.' })

export const comparisonSchema = z
  .strictObject({
    metric_type: metricField,
    unit: unitField,
    better: betterField,
    values: z.record(z.uuid(), z.number().nullable()).openapi({
      description: 'By pattern; null if nothing was observed.',
    }),
    medians: z.record(z.uuid(), z.number().nullable()).nullable().openapi({
      description:
        'Of durations, by pattern, within 5 %: they are ranked by these, as `values` are means, which a few very long ones move. null for other metrics.',
    }),
    sample_sizes: z.record(z.uuid(), count).openapi({
      description: 'By pattern: how many observations are behind its value.',
    }),
    statistics: z
      .strictObject({
        mean: z.number().nullable().openapi({ description: 'The mean of their values.' }),
        median: z.number().nullable().openapi({ description: 'The median of their values.' }),
        stddev: z.number().nullable().openapi({ description: 'Sample standard deviation (n − 1).' }),
      })
      .openapi({ description: 'Over the patterns that have a value; null if too few have.' }),
    differences: z.array(differenceSchema).openapi({
      description: 'Every pair; none for usage, which is a count and no sample.',
    }),
  })
  .openapi('Comparison', { description: 'Patterns side by side, by one metric.' })

const rankingField = z
  .array(
    z.strictObject({
      pattern_id: z.uuid().openapi({ description: 'The pattern.' }),
      rank: z.int().min(1).openapi({ description: '1 is best.' }),
    }),
  )
  .openapi({ description: 'The patterns by this metric, if it was asked for.' })

export const rankingsSchema = z
  .strictObject({
    usage: rankingField,
    success_rate: rankingField,
    quality: rankingField,
    duration: rankingField,
  })
  .partial()
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
