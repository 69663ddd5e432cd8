import { type Metric, metrics } from '@patterns/projections/analytics/metric.ts'

/** The kinds of trends: how a metric changes, or which patterns' usage grows or falls. */
export const trendTypes = [...metrics, 'emerging', 'declining'] as const
export type TrendType = (typeof trendTypes)[number]
export type EmergenceType = Exclude<TrendType, Metric>

export const isEmergenceType = (type: TrendType): type is EmergenceType =>
  type === 'emerging' || type === 'declining'
