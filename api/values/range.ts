import { windowMs } from '@patterns/projections/window.ts'
import { before } from './duration.ts'
import { refused, type Resolved, resolved } from './resolved.ts'

/** A time range in epoch milliseconds: `from` inclusive, `to` exclusive. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** The range as a request names it. */
export interface RangeRequest {
  readonly time_range?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** A range may be this long at most: five years and a day. */
export const maxRangeMs = (5 * 365 + 2) * windowMs.day

/** Long before any event. The equally long time before a range can still be written as a date. */
const earliest = Date.UTC(1000)

export const floorHour = (time: number): number => Math.floor(time / windowMs.hour) * windowMs.hour
export const ceilHour = (time: number): number => Math.ceil(time / windowMs.hour) * windowMs.hour

/** The end of the hour that is running: no range goes past it. */
export const endOfHour = (now: number): number => floorHour(now) + windowMs.hour

/**
 * The range that is answered for, in whole hours, since hours are the smallest windows. It is widened outward, and ends
 * with the running hour at the latest.
 */
export const resolveRange = (
  { time_range, from, to }: RangeRequest,
  { now, defaultRange }: { readonly now: number; readonly defaultRange: string },
): Resolved<Range> => {
  if (from === undefined && to !== undefined) return refused('from', '`to` needs a `from`')
  if (from !== undefined && time_range !== undefined)
    return refused('time_range', 'give either `time_range`, or `from` and `to`')
  if (from !== undefined && to !== undefined && from >= to) return refused('to', '`to` must be after `from`')
  if (from !== undefined && from < earliest)
    return refused('from', '`from` must be in the year 1000 or later')
  const start = from ?? before(now, time_range ?? defaultRange)
  if (from === undefined && start >= now) return refused('time_range', '`time_range` must be longer than 0')
  const range = { from: floorHour(start), to: Math.min(ceilHour(to ?? now + 1), endOfHour(now)) }
  if (range.from >= range.to) return refused('from', '`from` lies in the future')
  if (!(range.to - range.from <= maxRangeMs))
    return refused(from === undefined ? 'time_range' : 'from', 'a range can be five years long at most')
  return resolved(range)
}

/** The equally long range just before. */
export const previousRange = ({ from, to }: Range): Range => ({ from: from - (to - from), to: from })
