import { z } from '@hono/zod-openapi'
import type { Direction } from '@patterns/projections/analytics/direction.ts'
import type { Metric } from '@patterns/projections/analytics/metric.ts'
import {
  type InsufficientData,
  minPoints,
  type TrendLine,
} from '@patterns/projections/analytics/trendLine.ts'
import { velocity } from '@patterns/projections/analytics/velocity.ts'
import type { Granularity } from '@patterns/projections/window.ts'
import { count } from './figureFields.ts'
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
      least_points: z.literal(minPoints).openapi({ description: 'How many are needed.' }),
    })
    .openapi('NoShortTrend', { description: 'Why there is no trend.' }),
])

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

export const noTrendOf = ({ points }: InsufficientData) => ({
  status: 'insufficient_data' as const,
  points,
  least_points: minPoints,
})
