import { z } from '@hono/zod-openapi'
import type { PatternTrend } from '../queries/trends/patternTrends.ts'
import type { TrendRange } from '../values/trendRange.ts'
import { measuredOf, shortTrendSchema, trendRangeFields, trendRangeOf } from './shortTrendFields.ts'
import { insufficientOf, predictionOf, predictionSchema } from './trendFields.ts'
import { metricField } from './units.ts'

const [measured, insufficient] = shortTrendSchema.options

/** How each metric of a pattern goes, each in one line. */
export const patternTrendsSchema = z
  .strictObject({
    ...trendRangeFields,
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
  if (trend.status === 'insufficient_data') return { metric_type: metric, ...insufficientOf(trend.points) }
  return {
    metric_type: metric,
    ...measuredOf(metric, trend, trend.direction, granularity),
    // With the five points of a trend there is always one.
    prediction: predictionOf(trend.prediction!),
  }
}

export const patternTrendsOf = (trends: readonly PatternTrend[], range: TrendRange) => ({
  ...trendRangeOf(range),
  metrics: trends.map(lineOf),
})
