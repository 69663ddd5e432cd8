import { z } from '@hono/zod-openapi'
import { type Metric, metrics } from '@patterns/projections/analytics/metric.ts'

/** The units of values, with the same names on every route; `ms` as in UCUM and in the event's `execution_time_ms`. */
export const unitField = z
  .enum(['uses', 'ratio', 'ms'])
  .openapi({ description: 'What the values are in: a number of uses, a ratio from 0 to 1, or milliseconds.' })
export const metricField = z
  .enum(metrics)
  .openapi({ description: 'Which figure of a pattern this is about.' })

export const betterField = z
  .enum(['higher', 'lower'])
  .openapi({ description: 'Which values are better: lower ones of durations.' })

export type Unit = z.infer<typeof unitField>

export const metricUnits: Readonly<Record<Metric, Unit>> = {
  usage: 'uses',
  success_rate: 'ratio',
  quality: 'ratio',
  duration: 'ms',
}
