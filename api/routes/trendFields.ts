import { z } from '@hono/zod-openapi'
import type { Metric } from '@patterns/projections/analytics/metric.ts'
import type { Direction } from '@patterns/projections/analytics/direction.ts'
import type { Prediction } from '@patterns/projections/analytics/prediction.ts'
import type { Series } from '@patterns/projections/analytics/series.ts'
import type { Trend } from '@patterns/projections/analytics/trend.ts'
import { minPoints } from '@patterns/projections/analytics/trendLine.ts'
import type { Velocity } from '@patterns/projections/analytics/velocity.ts'
import { windowMs } from '@patterns/projections/window.ts'
import { isoTime } from '../http/conventions/asOf.ts'
import { count } from './figureFields.ts'

/** Usage in uses, success rate and quality in 0…1, duration in milliseconds. */
const velocityUnits = {
  usage: 'uses/day',
  success_rate: 'ratio/day',
  quality: 'ratio/day',
  duration: 'ms/day',
} as const satisfies Record<Metric, string>

const bounds = {
  lower: z.number().openapi({ description: 'The lower end of the interval.' }),
  upper: z.number().openapi({ description: 'The upper end of the interval.' }),
}

export const directionField = z.enum(['increasing', 'decreasing', 'stable']).openapi({
  description: 'Where it goes; `stable` unless that is beyond chance.',
})

const level = z.literal(0.95).openapi({ description: 'Of the interval from `lower` to `upper`.' })

export const velocitySchema = z
  .strictObject({
    per_day: z.number().openapi({ description: 'By how much the value changes each day.' }),
    percent_per_day: z.number().nullable().openapi({ description: 'Of the mean; null if that is 0.' }),
    unit: z.enum(['uses/day', 'ratio/day', 'ms/day']).openapi({ description: 'Of `per_day`, each day.' }),
  })
  .openapi('Velocity', { description: 'How fast something changes.' })

export const predictionSchema = z
  .strictObject({
    for: z.iso.datetime().openapi({ description: 'The start of the next window, which is predicted.' }),
    value: z.number().openapi({ description: 'The value that is expected.' }),
    ...bounds,
    level,
    interval_80: z.strictObject(bounds).openapi({ description: 'The same at the level 0.8.' }),
    method: z.enum(['naive', 'damped_holt', 'least_squares']).openapi({
      description: 'Which forecast had the smallest errors so far; naive is the last value.',
    }),
  })
  .openapi('Prediction', { description: 'What is to be expected of the next window.' })

/** Why there is no trend. */
export const insufficientSchema = z
  .strictObject({
    status: z.literal('insufficient_data').openapi({ description: 'There is too little for a trend.' }),
    points: count.openapi({ description: 'Windows with observations.' }),
    min_points: z.literal(minPoints).openapi({ description: 'How many are needed.' }),
  })
  .openapi('InsufficientData', { description: 'Why there is no trend.' })

export const trendSchema = z
  .strictObject({
    status: z.literal('measured').openapi({ description: 'There is a trend.' }),
    points: count.openapi({ description: 'Windows with observations.' }),
    direction: directionField.openapi({
      description:
        'By the Mann–Kendall test at 5 %, and a change of at least 1 % of the mean. In lists the false discovery rate is controlled.',
    }),
    velocity: velocitySchema,
    slope: z.number().openapi({ description: 'Of the least-squares line, per window.' }),
    intercept: z.number().openapi({ description: 'The line at `starts`.' }),
    starts: z.iso.datetime().openapi({ description: 'The first window of the series.' }),
    mean: z.number().openapi({ description: 'Of the values.' }),
    r_squared: z.number().nullable().openapi({ description: 'Null if all values are equal.' }),
    trend_confidence: z.number().openapi({ description: '1 − p_value.' }),
    p_value: z.number().openapi({ description: 'How often chance alone would go one way as clearly.' }),
    adjusted_p_value: z.number().nullable().openapi({
      description: 'For the length of the list (Benjamini–Hochberg); null for one pattern alone.',
    }),
    robust_slope: z
      .strictObject({
        slope: z.number().openapi({ description: 'The median of the slopes between all pairs of points.' }),
        ...bounds,
        level,
      })
      .openapi({ description: 'Sen’s slope, per window, which one wild value does not move.' }),
    volatility: z
      .strictObject({
        stddev: z.number().openapi({ description: 'Standard deviation.' }),
        of_mean: z.number().nullable().openapi({ description: 'The same over the mean; null if that is 0.' }),
      })
      .openapi({ description: 'How the values scatter around the line.' }),
    moving_average: z.number().nullable().openapi({ description: 'Of the last 7 windows.' }),
    prediction: predictionSchema,
    series: z
      .array(
        z.strictObject({
          timestamp: z.iso.datetime().openapi({ description: 'The start of the window.' }),
          value: z.number().openapi({ description: 'Its value.' }),
          moving_average: z.number().nullable().openapi({
            description: 'Of it and the six before; null if there are not so many.',
          }),
        }),
      )
      .optional()
      .openapi({ description: 'With `include=series` only.' }),
  })
  .openapi('Trend', { description: 'Where a series goes, how fast, and how sure that is.' })

/** A series and its trend. */
export interface MeasuredTrend {
  readonly series: Series
  readonly trend: Trend
}

export const velocityOf = (metric: Metric, { perDay, percentPerDay }: Velocity) => ({
  per_day: perDay,
  percent_per_day: percentPerDay,
  unit: velocityUnits[metric],
})

export const predictionOf = ({ method, value, interval80, interval95, for: next }: Prediction) => ({
  for: isoTime(next),
  value,
  ...interval95,
  level: 0.95 as const,
  interval_80: interval80,
  method,
})

export const insufficientOf = (points: number) => ({
  status: 'insufficient_data' as const,
  points,
  min_points: minPoints,
})

export interface TrendOptions {
  /** The verdict of the list that the trend is part of; of a trend alone there is none. */
  readonly listed?: { readonly direction: Direction; readonly adjustedP: number } | undefined
  readonly withSeries?: boolean
}

export const trendOf = (
  { series, trend }: MeasuredTrend,
  { listed, withSeries = false }: TrendOptions = {},
) => {
  const { metric, granularity, indices, values, length } = series
  const timeOf = (index: number): string => isoTime(series.start + index * windowMs[granularity])
  return {
    status: 'measured' as const,
    points: trend.points,
    direction: listed?.direction ?? trend.direction,
    velocity: velocityOf(metric, trend.velocity),
    slope: trend.slope,
    intercept: trend.intercept,
    starts: isoTime(trend.start),
    mean: trend.mean,
    r_squared: trend.rSquared,
    trend_confidence: trend.confidence,
    p_value: trend.p,
    adjusted_p_value: listed?.adjustedP ?? null,
    // With the five points of a trend there are always two, and three.
    robust_slope: { ...trend.robustSlope!, level: 0.95 as const },
    volatility: {
      stddev: trend.volatility.standardDeviation,
      of_mean: trend.volatility.ofMean,
    },
    moving_average: trend.movingAverage.at(-1)!,
    prediction: predictionOf(trend.prediction!),
    ...(withSeries
      ? {
          series: Array.from({ length }, (_, i) => ({
            timestamp: timeOf(indices[i]!),
            value: values[i]!,
            moving_average: trend.movingAverage[i]!,
          })),
        }
      : {}),
  }
}
