import type { Metric } from '@patterns/projections/analytics/metric.ts'

/** What can be asked of trends: how a metric goes, or whose usage takes off or falls. */
export const trendTypes = [
  'usage',
  'quality',
  'success_rate',
  'performance',
  'emerging',
  'declining',
] as const
export type TrendType = (typeof trendTypes)[number]
export type EmergenceType = Extract<TrendType, 'emerging' | 'declining'>
export type MetricTrendType = Exclude<TrendType, EmergenceType>

export const metricOfType: Readonly<Record<MetricTrendType, Metric>> = {
  usage: 'usage',
  quality: 'quality',
  success_rate: 'success_rate',
  performance: 'duration',
}

export const isEmergenceType = (type: TrendType): type is EmergenceType =>
  type === 'emerging' || type === 'declining'
