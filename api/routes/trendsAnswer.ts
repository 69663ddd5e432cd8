import { z } from '@hono/zod-openapi'
import { velocity } from '@patterns/projections/analytics/velocity.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { windowMs } from '@patterns/projections/window.ts'
import { answerFields, isoTime, rangeFields } from '../http/conventions/asOf.ts'
import type { PatternTrend } from '../queries/trends/patternTrends.ts'
import type { ListedEmergence } from '../queries/trends/readEmergences.ts'
import { countedRange, type TrendRange } from '../values/trendRange.ts'
import type { TrendType } from '../values/trendTypes.ts'
import { count } from './figureFields.ts'
import { nextCursorField } from './listPage.ts'
import { nameOf, patternFields } from './patternFields.ts'
import { granularityField } from './seriesFields.ts'
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
import { metricField } from './units.ts'

const listed = { ...patternFields, trend_type: metricField }

export const emergenceFields = {
  probability: z.number().openapi({
    description:
      'Posterior probability that the rate of use changed, in its direction, by more than the threshold.',
  }),
  growth_rate: z.number().nullable().openapi({ description: 'Null if there was no use before.' }),
  is_new: z.boolean().openapi({ description: 'First seen in the range, so without a time before.' }),
  previous_usage_count: count.openapi({ description: 'In the equally long time before.' }),
}

const emergenceSchema = z
  .strictObject({
    ...patternFields,
    trend_type: z.enum(['emerging', 'declining', 'stable']).openapi({ description: 'What its usage does.' }),
    status: z.literal('measured').openapi({ description: 'There is a verdict.' }),
    direction: directionField,
    ...emergenceFields,
    usage_count: count.openapi({ description: 'From `from` to `to`, which are closed hours.' }),
    velocity: velocitySchema,
    usage_trend: z.discriminatedUnion('status', [trendSchema, insufficientSchema]).openapi({
      description: 'The course of the usage over the range and the time before it.',
    }),
  })
  .openapi('Emergence', { description: 'How the usage of one pattern changed, and how sure that is.' })

const listFields = {
  ...answerFields,
  ...rangeFields,
  granularity: granularityField,
  total_count: count.openapi({ description: 'How many there are on all pages.' }),
  next_cursor: nextCursorField,
}

const metricTrendsSchema = z
  .strictObject({
    ...listFields,
    trend_type: metricField,
    trends: z
      .array(
        // Not `extend`: the document would say that each is a trend and more, which a trend forbids.
        z.discriminatedUnion('status', [
          z
            .strictObject({ ...trendSchema.shape, ...listed })
            .openapi('PatternTrend', { description: 'Where a metric of one pattern goes.' }),
          z
            .strictObject({ ...insufficientSchema.shape, ...listed })
            .openapi('PatternWithoutTrend', { description: 'Why a pattern has no trend.' }),
        ]),
      )
      .openapi({ description: 'Those that move first, the surest before others.' }),
    insufficient_data_count: count.openapi({
      description: 'Patterns that were observed in fewer than five windows: no trend is claimed of them.',
    }),
  })
  .openapi('MetricTrends', { description: 'Where a metric of patterns goes.' })

const emergenceListFields = {
  ...listFields,
  previous_from: z.iso
    .datetime()
    .openapi({ description: 'Where the time before begins; it ends at `from`.' }),
  thresholds: z
    .strictObject({
      threshold: z.number().openapi({ description: 'By how much usage must have changed, as a ratio.' }),
      min_probability: z.number().openapi({ description: 'How sure that must be.' }),
      min_samples: z.number().openapi({ description: 'Uses needed in the larger of the two times.' }),
    })
    .openapi({ description: 'What counts as a change.' }),
  trends: z.array(emergenceSchema).openapi({ description: 'The surest first.' }),
}

// One for each type, so that TypeScript tells them apart whichever is asked about first.
const emergingSchema = z
  .strictObject({
    trend_type: z.literal('emerging').openapi({ description: 'Emerging patterns were asked for.' }),
    ...emergenceListFields,
  })
  .openapi('EmergingTrends', { description: 'Patterns with a usage that takes off.' })

const decliningSchema = z
  .strictObject({
    trend_type: z.literal('declining').openapi({ description: 'Declining patterns were asked for.' }),
    ...emergenceListFields,
  })
  .openapi('DecliningTrends', { description: 'Patterns with a usage that falls.' })

export const answerSchema = z
  .discriminatedUnion('trend_type', [metricTrendsSchema, emergingSchema, decliningSchema])
  .openapi('Trends', {
    description: 'By `trend_type`: where a metric goes, or which patterns’ usage changed.',
  })

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
  { verdict, usage, listed: inList, ...pattern }: ListedEmergence,
  { current }: GrowthSpans,
  withSeries: boolean,
) => {
  const { current: now, previous } = verdict
  const days = (current.to - current.from) / windowMs.day
  // From the middle of one span to the middle of the next.
  const slope = (now - previous) / days / days
  return {
    ...nameOf(pattern),
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
export const trendRangeFields = <Type extends TrendType>(
  type: Type,
  trendRange: Pick<TrendRange, 'range' | 'granularity'>,
  now: number,
) => {
  const { from, to } = countedRange(trendRange, now)
  return {
    trend_type: type,
    from: isoTime(from),
    to: isoTime(to),
    granularity: trendRange.granularity,
  }
}
