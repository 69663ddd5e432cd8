import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { type TrendSeries, trendSeries } from '@patterns/projections/trends/trendSeries.ts'
import { windowMs, windowStart } from '@patterns/projections/window.ts'
import type { TrendRange } from '../../values/trendRange.ts'

/** Which lines are asked for: one metric of every pattern over some windows. */
export interface LineQuestion extends TrendRange {
  readonly metric: Metric
  /** Epoch milliseconds: which windows are closed. */
  readonly now: number
}

/** How many windows are looked at. */
export const windowsOf = ({ range, granularity }: TrendRange): number =>
  (range.to - range.from) / windowMs[granularity]

/**
 * The series that has stored lines for a question: those of its windows. `closedUntil` is the end of the last hour that is
 * closed in all of them. Undefined if no series has.
 */
export const storedSeries = (
  question: TrendRange,
  closedUntil: number | undefined,
): TrendSeries | undefined => {
  const { granularity, range, includeOpen } = question
  if (includeOpen || closedUntil === undefined || windowStart(closedUntil, granularity) !== range.to)
    return undefined
  return trendSeries.find(
    (series) => series.granularity === granularity && series.windows === windowsOf(question),
  )
}
