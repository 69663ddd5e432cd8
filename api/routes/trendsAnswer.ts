import { z } from '@hono/zod-openapi'
import { velocity } from '@patterns/projections/analytics/velocity.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { granularities, windowMs } from '@patterns/projections/window.ts'
import { answerFields, isoTime, rangeFields } from '../http/conventions/asOf.ts'
import type { ListedEmergence } from '../trends/emergenceTrends.ts'
import type { PatternTrend } from '../trends/patternTrend.ts'
import { countedRange, type TrendRange } from '../trends/resolveTrendRange.ts'
import { trendTypes } from '../trends/trendTypes.ts'
import { count } from './figureFields.ts'
import { nextCursorField } from './listPage.ts'
import { nameOf, patternFields } from './patternFields.ts'
import {
  directionField,
  insufficientOf,
  insufficientSchema,
  type TrendOptions,
  trendOf,
  trendSchema,
  velocityOf,
  velocitySchema,
} from './trendFields.ts'
import type { TrendsQuery } from './trendsParameters.ts'

const listed = { ...patternFields, trend_type: z.enum(trendTypes) }

export const emergenceFields = {
  probability: z.number().openapi({
    description:
      'Posterior probability that the rate of use changed, in its direction, by more than the threshold.',
  }),
  growth_rate: z.number().nullable().openapi({ description: 'Null where there was no use before.' }),
  is_new: z.boolean().openapi({ description: 'First seen in the range, so without a time before.' }),
  previous_usage_count: count.openapi({ description: 'In the equally long time before.' }),
}

const emergenceSchema = z
  .strictObject({
    ...patternFields,
    trend_type: z.enum(['emerging', 'declining', 'stable']),
    status: z.literal('measured'),
    direction: directionField,
    ...emergenceFields,
    usage_count: count.openapi({ description: 'From `from` to `to`, which are closed hours.' }),
    velocity: velocitySchema,
    usage_trend: z.union([trendSchema, insufficientSchema]).openapi({
      description: 'The course of the usage over the range and the time before it.',
    }),
  })
  .openapi('Emergence')

const listFields = {
  ...answerFields,
  trend_type: z.enum(trendTypes),
  ...rangeFields,
  granularity: z.enum(granularities),
  total_count: count.openapi({ description: 'How many there are on all pages.' }),
  next_cursor: nextCursorField,
}

export const answerSchema = z
  .union([
    z.strictObject({
      ...listFields,
      // Not `extend`: the document would say that each is a trend and more, which a trend forbids.
      trends: z.array(
        z.union([
          z.strictObject({ ...trendSchema.shape, ...listed }),
          z.strictObject({ ...insufficientSchema.shape, ...listed }),
        ]),
      ),
      insufficient_data_count: count.openapi({
        description: 'Patterns that were observed in fewer than five windows: no trend is claimed of them.',
      }),
    }),
    z.strictObject({
      ...listFields,
      previous_from: z.iso
        .datetime()
        .openapi({ description: 'Where the time before begins; it ends at `from`.' }),
      thresholds: z.strictObject({
        threshold: z.number(),
        min_probability: z.number(),
        min_samples: z.number(),
      }),
      trends: z.array(emergenceSchema),
    }),
  ])
  .openapi('Trends')

/** A trend, or that there is too little for one. */
export const trendOrNone = ({ series, trend }: PatternTrend, options?: TrendOptions) =>
  trend.status === 'measured' ? trendOf({ series, trend }, options) : insufficientOf(trend.points)

const directionOfKind = { emerging: 'increasing', declining: 'decreasing', stable: 'stable' } as const

export const emergenceFiguresOf = ({ verdict }: Pick<ListedEmergence, 'verdict'>) => ({
  probability: verdict.probability,
  growth_rate: verdict.growth,
  is_new: verdict.isNew,
  previous_usage_count: verdict.previous,
})

export const emergenceOf = (
  { id, entry, verdict, usage, listed: inList }: ListedEmergence,
  { current }: GrowthSpans,
  withSeries: boolean,
) => {
  const { current: now, previous } = verdict
  const days = (current.to - current.from) / windowMs.day
  // From the middle of one span to the middle of the next.
  const slope = (now - previous) / days / days
  return {
    ...nameOf(id, entry),
    trend_type: verdict.kind,
    status: 'measured' as const,
    direction: directionOfKind[verdict.kind],
    ...emergenceFiguresOf({ verdict }),
    usage_count: now,
    velocity: velocityOf('usage', velocity(slope, (now + previous) / days / 2, 'day')),
    usage_trend: trendOrNone(usage, { listed: inList, withSeries }),
  }
}

/** What was asked, and over which windows it is answered: the last of them may be one that runs. */
export const trendRangeFields = (
  query: TrendsQuery,
  trendRange: Pick<TrendRange, 'range' | 'granularity'>,
  now: number,
) => {
  const { from, to } = countedRange(trendRange, now)
  return {
    trend_type: query.trend_type,
    from: isoTime(from),
    to: isoTime(to),
    granularity: trendRange.granularity,
  }
}
