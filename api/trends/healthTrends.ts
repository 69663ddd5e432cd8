import { metrics } from '@patterns/projections/analytics/metric.ts'
import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { windowMs } from '@patterns/projections/window.ts'
import { before } from '../values/duration.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { type Segment, segmentsBetween, windowStarts } from '@patterns/projections/segments.ts'
import type { RangeRequest } from '../values/range.ts'
import type { Resolved } from '../values/resolved.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'
import { windowsInOrder } from './patternSeries.ts'
import { type PatternTrend, patternTrend } from './patternTrend.ts'
import { nextStart, resolveTrendRange, type TrendRange, type TrendRangeOptions } from './resolveTrendRange.ts'

/** A week of days would be too few points to see a trend in. */
const leastMs = 30 * windowMs.day

/**
 * What a pattern's trends look at beside the figures of a range: what `/trends` looks at for that range, or for the
 * last 30 days of it if it is shorter.
 */
export const resolveHealthRange = (
  request: RangeRequest,
  options: TrendRangeOptions,
): Resolved<TrendRange> => {
  const { now, defaultRange } = options
  if (request.from === undefined) {
    const isLong = now - before(now, request.time_range ?? defaultRange) >= leastMs
    return resolveTrendRange(isLong ? request : { time_range: '30d' }, options)
  }
  const end = Math.min(nextStart(request.to ?? now, 'day'), closedUntil('day', now))
  return resolveTrendRange(
    end - request.from >= leastMs ? request : { from: end - leastMs, to: end },
    options,
  )
}

/**
 * The windows of trends and of the times that growth compares, to read together: none straddles a window of the one or
 * an end of the other.
 */
export const trendAndGrowthSegments = (
  { range, granularity }: TrendRange,
  growth: GrowthSpans | undefined,
): readonly Segment[] => {
  const starts = windowStarts({ granularity, start: range.from, end: range.to })
  const spans = growth === undefined ? [] : [growth.previous, growth.current]
  return segmentsBetween([...starts, range.to, ...spans.flatMap(({ from, to }) => [from, to])])
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
