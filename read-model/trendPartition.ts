import type { Metric } from '@patterns/projections/analytics/metric.ts'
import type { TrendSeries } from '@patterns/projections/trends/trendSeries.ts'

/**
 * The partition of the table of trends that has the lines of one series and metric. Read by its name, its rows need not
 * be asked which series and metric they are of.
 */
export const trendPartition = (
  trends: string,
  { granularity, windows }: TrendSeries,
  metric: Metric,
): string => `${trends}_${granularity}_${windows}_${metric}`
