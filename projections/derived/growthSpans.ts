import { closedUntil, type Range } from '../analytics/trendRange.ts'
import { windowStart } from '../window.ts'

/**
 * Two equally long spans of closed hours, one just before the other: growth is that of `current` over `previous`. Hours
 * that still run are in neither. Half an hour of this one against a whole hour then would make everything decline.
 */
export interface GrowthSpans {
  readonly current: Range
  readonly previous: Range
}

const spansOf = (current: Range): GrowthSpans => ({
  current,
  previous: { from: current.from - (current.to - current.from), to: current.from },
})

/**
 * The spans of a range that ends now, as `24h` or `30d`: the last closed hours, as many as the range is long (begun
 * hours are whole ones), and as many before them. Both times in milliseconds.
 */
export const lastGrowthSpans = (lengthMs: number, now: number): GrowthSpans => {
  const to = closedUntil('hour', now)
  return spansOf({ from: windowStart(to - lengthMs, 'hour'), to })
}

/** The spans of a range of whole hours: what has closed of it, and as long before. Undefined if nothing has. */
export const growthSpansIn = ({ from, to }: Range, now: number): GrowthSpans | undefined => {
  const closedTo = Math.min(to, closedUntil('hour', now))
  return from < closedTo ? spansOf({ from, to: closedTo }) : undefined
}
