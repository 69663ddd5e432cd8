import { windowMs } from '@patterns/projections/window.ts'

/** How long lists stay with the hour of the standings after its end. The standings reach the next hour within seconds. */
const maxLateMs = 5 * 60_000

/**
 * The time that lists are as of, epoch milliseconds, so that "the last 7 days" are those of the standings. For a moment
 * after an hour's end it is still in that hour; if the clocks of two machines differ a little, the processor's counts. If
 * the standings stay behind, as without a processor, it is `now`, and ranges are summed from the windows.
 */
export const listTime = (now: number, closedUntil: number | undefined): number => {
  if (closedUntil === undefined) return now
  const first = closedUntil + windowMs.hour
  const last = first + windowMs.hour - 1
  const nearest = Math.min(Math.max(now, first), last)
  return Math.abs(now - nearest) <= maxLateMs ? nearest : now
}
