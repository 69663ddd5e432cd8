import { graceMs, type Granularity, windowMs, windowStart } from '../window.ts'

/** How many windows a trend looks at by default, and in the materialized slopes. */
export const trendWindows: Readonly<Record<Granularity, number>> = { hour: 24, day: 30, week: 12 }

/** A range of event time, `from` inclusive, `to` exclusive; epoch milliseconds. */
export interface Range {
  readonly from: number
  readonly to: number
}

/**
 * The end of the last window that is no longer open at `now`, that is, whose end lies at least the grace
 * of an hour back. Trends end here, so they move only when this does or when a late event comes.
 */
export const closedUntil = (granularity: Granularity, now: number): number =>
  windowStart(now - graceMs, granularity)

/** The default range of a trend: the last 24 closed hours, 30 closed days or 12 closed weeks. */
export const trendRange = (granularity: Granularity, now: number): Range => {
  const to = closedUntil(granularity, now)
  return { from: to - trendWindows[granularity] * windowMs[granularity], to }
}
