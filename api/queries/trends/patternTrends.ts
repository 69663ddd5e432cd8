import { type Metric, metrics } from '@patterns/projections/analytics/metric.ts'
import type { Series, SeriesWindow } from '@patterns/projections/analytics/series.ts'
import { trend, type Trend } from '@patterns/projections/analytics/trend.ts'
import type { InsufficientData } from '@patterns/projections/analytics/trendLine.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { type WindowRun, windowRunsBetween, windowStarts } from '@patterns/projections/windowRuns.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'
import type { TrendRange } from '../../values/trendRange.ts'
import { patternSeries, windowsInOrder } from './patternSeries.ts'

/** A series and its trend, or that there are too few points for one. */
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

/** The trend of each metric of a pattern. Uses up the rows. */
export const patternTrends = (
  rows: readonly WindowRow[],
  range: TrendRange,
  of: { readonly firstSeen: number | null; readonly now: number },
): readonly PatternTrend[] => {
  const windows = windowsInOrder(rows, range.granularity)
  return metrics.map((metric) => patternTrend(metric, windows, range, of))
}

/**
 * The windows of trends and of the times that growth compares, to read together: none straddles a window of the one or
 * an end of the other.
 */
export const trendAndGrowthWindowRuns = (
  { range, granularity }: TrendRange,
  growth: GrowthSpans | undefined,
): readonly WindowRun[] => {
  const starts = windowStarts({ granularity, start: range.from, end: range.to })
  const spans = growth === undefined ? [] : [growth.previous, growth.current]
  return windowRunsBetween([...starts, range.to, ...spans.flatMap(({ from, to }) => [from, to])])
}
