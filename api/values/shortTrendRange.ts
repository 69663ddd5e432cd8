import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { windowMs } from '@patterns/projections/window.ts'
import { before } from './duration.ts'
import type { RangeRequest } from './range.ts'
import type { Resolved } from './resolved.ts'
import { nextStart, resolveTrendRange, type TrendRange, type TrendRangeOptions } from './trendRange.ts'

/** A week of days would be too few points to see a trend in. */
const minMs = 30 * windowMs.day

/**
 * The windows of trends that are shown beside other figures of a range: those of `/trends` for that range or, if it is
 * shorter, for the 30 days that end with it.
 */
export const resolveShortTrendRange = (
  request: RangeRequest,
  options: TrendRangeOptions,
): Resolved<TrendRange> => {
  const { now, defaultRange } = options
  if (request.from === undefined) {
    const isLong = now - before(now, request.time_range ?? defaultRange) >= minMs
    return resolveTrendRange(isLong ? request : { time_range: '30d' }, options)
  }
  const end = Math.min(nextStart(request.to ?? now, 'day'), closedUntil('day', now))
  return resolveTrendRange(end - request.from >= minMs ? request : { from: end - minMs, to: end }, options)
}
