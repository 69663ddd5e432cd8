import { metrics } from '@patterns/projections/analytics/metric.ts'
import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { windowMs, windowStart } from '@patterns/projections/window.ts'
import { defaultGranularity } from '../values/buckets.ts'
import type { Range } from '../values/range.ts'
import type { WindowRow } from '../queries/windowRows.ts'
import { windowsInOrder } from './patternSeries.ts'
import { type PatternTrend, patternTrend } from './patternTrend.ts'
import { nextStart, type TrendRange } from './resolveTrendRange.ts'

/** A week of days would be too few points to see a trend in. */
const leastMs = 30 * windowMs.day

/** What a pattern's trends look at beside the figures of a range: the closed windows of it, and 30 days at least. */
export const healthRange = ({ from, to }: Range, now: number): TrendRange => {
  const lengthMs = Math.max(leastMs, to - from)
  const granularity = defaultGranularity({ from: to - lengthMs, to })
  const end = Math.min(nextStart(to, granularity), closedUntil(granularity, now))
  return {
    granularity,
    range: { from: windowStart(end - lengthMs, granularity), to: end },
    includeOpen: false,
  }
}

/** The trend of each metric of a pattern. Uses up the rows. */
export const healthTrends = (
  rows: readonly WindowRow[],
  range: TrendRange,
  of: { readonly firstSeen: number | null; readonly now: number },
): readonly PatternTrend[] => {
  const windows = windowsInOrder(rows, range.granularity)
  return metrics.map((metric) => patternTrend(metric, windows, range, of))
}
