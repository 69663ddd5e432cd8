import { z } from '@hono/zod-openapi'
import type { Metric } from '@patterns/projections/analytics/metric.ts'

/** What values are in, by the same names on every route; `ms` as UCUM and the event's `execution_time_ms` have it. */
export const unitField = z.enum(['uses', 'ratio', 'ms'])
export type Unit = z.infer<typeof unitField>

export const metricUnits: Readonly<Record<Metric, Unit>> = {
  usage: 'uses',
  success_rate: 'ratio',
  quality: 'ratio',
  duration: 'ms',
}
