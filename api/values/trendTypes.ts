import { type Metric, metrics } from '@patterns/projections/analytics/metric.ts'

/** What can be asked of trends: how a metric goes, or whose usage takes off or falls. */
export const trendTypes = [...metrics, 'emerging', 'declining'] as const
export type TrendType = (typeof trendTypes)[number]
export type EmergenceType = Exclude<TrendType, Metric>

export const isEmergenceType = (type: TrendType): type is EmergenceType =>
  type === 'emerging' || type === 'declining'
