import type { Metric } from '@patterns/projections/analytics/metric.ts'
import type { PatternLine } from '@patterns/projections/trends/patternLine.ts'
import type { TrendSeries } from '@patterns/projections/trends/trendSeries.ts'

/** A row of the table of trends: the line of one pattern, metric and series. */
export interface TrendRow extends PatternLine {
  readonly patternId: string
  readonly series: TrendSeries
  readonly metric: Metric
  /** The end of the last window looked at, epoch milliseconds. */
  readonly closedUntil: number
  /** The shard's position that the windows were as of. */
  readonly position: number
}
