import { windowMs } from '@patterns/projections/window.ts'

/** How long lists keep to the hour of the standings once it has ended: they are brought to the next in seconds. */
const maxLateMs = 5 * 60_000

/**
 * What lists take for now, epoch milliseconds, so that "the last 7 days" are those that the standings are of: for a
 * moment after an hour's end the hour before, and if two machines' clocks differ a little, that of the processor. If
 * they stay behind, as without a processor, it is `now`, and ranges are summed from the windows.
 */
export const listTime = (now: number, closedUntil: number | undefined): number => {
  if (closedUntil === undefined) return now
  const first = closedUntil + windowMs.hour
  const last = first + windowMs.hour - 1
  const nearest = Math.min(Math.max(now, first), last)
  return Math.abs(now - nearest) <= maxLateMs ? nearest : now
}
