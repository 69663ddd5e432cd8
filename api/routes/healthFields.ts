import { z } from '@hono/zod-openapi'
import { isoTime, rangeFields } from '../http/conventions/asOf.ts'
import type { PatternTrend } from '../trends/patternTrend.ts'
import type { TrendRange } from '../trends/resolveTrendRange.ts'
import { granularityField } from './seriesFields.ts'
import { measuredOf, noTrendOf, shortTrendSchema } from './shortTrendFields.ts'
import { predictionOf, predictionSchema } from './trendFields.ts'
import { metricField } from './units.ts'

const [measured, insufficient] = shortTrendSchema.options

/** How each metric of a pattern goes, each in one line. */
export const healthSchema = z
  .strictObject({
    ...rangeFields,
    granularity: granularityField,
    metrics: z
      .array(
        z.discriminatedUnion('status', [
          // Not `extend`: the document would say that it is the short one and more, which that one forbids.
          z.strictObject({ ...measured.shape, metric_type: metricField, prediction: predictionSchema }),
          z.strictObject({ ...insufficient.shape, metric_type: metricField }),
        ]),
      )
      .openapi({ description: 'One for each metric.' }),
  })
  .openapi('PatternTrends', {
    description: 'Over the closed windows of the range, and of 30 days at least.',
  })

const lineOf = ({ series: { metric, granularity }, trend }: PatternTrend) => {
  if (trend.status === 'insufficient_data') return { metric_type: metric, ...noTrendOf(trend) }
  return {
    metric_type: metric,
    ...measuredOf(metric, trend, trend.direction, granularity),
    // With the five points of a trend there is always one.
    prediction: predictionOf(trend.prediction!),
  }
}

export const healthOf = (trends: readonly PatternTrend[], { range, granularity }: TrendRange) => ({
  from: isoTime(range.from),
  to: isoTime(range.to),
  granularity,
  metrics: trends.map(lineOf),
})
