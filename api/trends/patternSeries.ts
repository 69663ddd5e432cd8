import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { createSeries, type Series, type SeriesWindow } from '@patterns/projections/analytics/series.ts'
import { mergeWindow } from '@patterns/projections/windowState.ts'
import type { WindowRow } from '../queries/windowRows.ts'
import type { Segment } from '../queries/windows/segments.ts'
import type { TrendRange } from './resolveTrendRange.ts'

/** The windows that a series is made of, to read. */
export const trendSegments = ({ granularity, range }: TrendRange): readonly Segment[] => [
  { granularity, start: range.from, end: range.to },
]

/** One row for each window, in order; those of several shards are merged. Uses up the rows. */
export const windowsInOrder = (rows: readonly WindowRow[]): readonly SeriesWindow[] => {
  const windows = new Map<number, WindowRow>()
  for (const row of rows) {
    const known = windows.get(row.start)
    if (known === undefined) windows.set(row.start, row)
    else mergeWindow(known.state, row.state)
  }
  return [...windows.values()].toSorted((a, b) => a.start - b.start)
}

/** One metric of one pattern over the windows of a trend. */
export const patternSeries = (
  metric: Metric,
  windows: readonly SeriesWindow[],
  { granularity, range, includeOpen }: TrendRange,
  { firstSeen, now }: { readonly firstSeen: number | null; readonly now: number },
): Series => createSeries({ metric, granularity, range, now, windows, firstSeen, includeOpen })
