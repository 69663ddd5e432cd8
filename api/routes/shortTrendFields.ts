import { z } from '@hono/zod-openapi'
import type { Direction } from '@patterns/projections/analytics/direction.ts'
import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { minPoints, type TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { velocity } from '@patterns/projections/analytics/velocity.ts'
import type { Granularity } from '@patterns/projections/window.ts'
import { isoTime, rangeFields } from '../http/conventions/asOf.ts'
import type { TrendRange } from '../values/trendRange.ts'
import { count } from './figureFields.ts'
import { granularityField } from './seriesFields.ts'
import { directionField, velocityOf, velocitySchema } from './trendFields.ts'

/** A trend beside other figures: where it goes and how fast. `/trends` says the rest. */
export const shortTrendSchema = z.discriminatedUnion('status', [
  z
    .strictObject({
      status: z.literal('measured').openapi({ description: 'There is a trend.' }),
      points: count.openapi({ description: 'Windows with observations.' }),
      direction: directionField,
      velocity: velocitySchema,
      slope: z.number().openapi({ description: 'Per window.' }),
      trend_confidence: z.number().openapi({ description: '1 − p of the test for a direction.' }),
    })
    .openapi('ShortTrend', { description: 'A trend in one line.' }),
  z
    .strictObject({
      status: z.literal('insufficient_data').openapi({ description: 'There is too little for a trend.' }),
      points: count.openapi({ description: 'Windows with observations.' }),
      min_points: z.literal(minPoints).openapi({ description: 'How many are needed.' }),
    })
    .openapi('NoShortTrend', { description: 'Why there is no trend.' }),
])

/** Which windows a trend looks at. */
export const trendRangeFields = { ...rangeFields, granularity: granularityField }

export const trendRangeSchema = z.strictObject(trendRangeFields).openapi('TrendRange', {
  description: 'The closed windows of the range, of 30 days at least: what trends look at.',
})

export const trendRangeOf = ({ range, granularity }: TrendRange) => ({
  from: isoTime(range.from),
  to: isoTime(range.to),
  granularity,
})

/** A line with the verdict on it. */
export const measuredOf = (
  metric: Metric,
  line: TrendLine,
  direction: Direction,
  granularity: Granularity,
) => ({
  status: 'measured' as const,
  points: line.points,
  direction,
  velocity: velocityOf(metric, velocity(line.slope, line.mean, granularity)),
  slope: line.slope,
  trend_confidence: 1 - line.p,
})
