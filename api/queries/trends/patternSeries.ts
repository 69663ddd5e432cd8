import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { createSeries, type Series, type SeriesWindow } from '@patterns/projections/analytics/series.ts'
import { type Granularity, windowStart } from '@patterns/projections/window.ts'
import { mergeWindow } from '@patterns/projections/windowState.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'
import { type WindowRun, windowRunsOf } from '@patterns/projections/windowRuns.ts'
import { countedRange, type TrendRange } from '../../values/trendRange.ts'

/**
 * The windows of a series, to read. A running day or week is read as the windows in it, since its own row holds events
 * dated in hours that have not come.
 */
export const trendWindowRuns = (trendRange: TrendRange, now: number): readonly WindowRun[] => {
  const { granularity, range } = trendRange
  const { to } = countedRange(trendRange, now)
  const end = windowStart(to, granularity)
  return [{ granularity, start: range.from, end }, ...windowRunsOf({ from: end, to })]
}

/** One state for each window, in order; those of several shards and of its parts are merged. Uses up the rows. */
export const windowsInOrder = (
  rows: readonly WindowRow[],
  granularity: Granularity,
): readonly SeriesWindow[] => {
  const windows = new Map<number, SeriesWindow & Pick<WindowRow, 'state'>>()
  for (const { start: from, state } of rows) {
    const start = windowStart(from, granularity)
    const known = windows.get(start)
    if (known === undefined) windows.set(start, { start, state })
    else mergeWindow(known.state, state)
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
