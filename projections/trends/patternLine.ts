import type { Metric } from '../analytics/metric.ts'
import type { PointBuffer } from '../analytics/points.ts'
import { createSeries, type SeriesWindow } from '../analytics/series.ts'
import { type InsufficientData, type TrendLine, trendLine } from '../analytics/trendLine.ts'
import { seriesRange, type TrendSeries } from './trendSeries.ts'

/** What a line is fitted to. */
export interface PatternLineInput {
  readonly series: TrendSeries
  readonly metric: Metric
  /** The pattern's windows of the series' granularity in order of start; those outside its range do no harm. */
  readonly windows: readonly SeriesWindow[]
  /** The catalogue's `first_seen` of the pattern, epoch milliseconds; null if it is not known. */
  readonly firstSeen: number | null
  /** Epoch milliseconds. */
  readonly now: number
  /** Arrays to write into, with room for the series' windows. Default: new ones. */
  readonly buffer?: PointBuffer
}

/** A fitted line and the start of the window that its index 0 stands for, epoch milliseconds. */
export interface PatternLine {
  readonly start: number
  readonly line: TrendLine | InsufficientData
}

/**
 * The line of one pattern, metric and series: what `pattern_trends` holds, and what whoever computes it at
 * request time calls with the same windows, to the same bits.
 *
 * A pattern whose catalogue has rows in more than one shard has a stored line for the part in each shard, and
 * none for the whole: its windows must be merged first, `firstSeen` being the least, and the line computed.
 */
export const patternLine = ({
  series,
  metric,
  windows,
  firstSeen,
  now,
  buffer,
}: PatternLineInput): PatternLine => {
  const points = createSeries({
    metric,
    granularity: series.granularity,
    range: seriesRange(series, now),
    now,
    windows,
    firstSeen,
    ...(buffer === undefined ? {} : { buffer }),
  })
  return { start: points.start, line: trendLine(points) }
}
