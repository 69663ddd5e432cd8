import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { trend, type Trend } from '@patterns/projections/analytics/trend.ts'
import type { InsufficientData } from '@patterns/projections/analytics/trendLine.ts'
import type { Series, SeriesWindow } from '@patterns/projections/analytics/series.ts'
import { patternSeries } from './patternSeries.ts'
import type { TrendRange } from '../../values/trendRange.ts'

/** A series and all that can be said of it. */
export interface PatternTrend {
  readonly series: Series
  readonly trend: Trend | InsufficientData
}

/** The trend of one metric of one pattern, from its windows in order. */
export const patternTrend = (
  metric: Metric,
  windows: readonly SeriesWindow[],
  range: TrendRange,
  of: { readonly firstSeen: number | null; readonly now: number },
): PatternTrend => {
  const series = patternSeries(metric, windows, range, of)
  return { series, trend: trend(series) }
}
