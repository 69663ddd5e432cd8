export const granularities = ['hour', 'day', 'week'] as const
export type Granularity = (typeof granularities)[number]

const hourMs = 3_600_000

/** In UTC every hour, day and week has one length, so windows are plain arithmetic. */
export const windowMs: Readonly<Record<Granularity, number>> = {
  hour: hourMs,
  day: 24 * hourMs,
  week: 7 * 24 * hourMs,
}

/** Weeks begin on Monday (ISO 8601); the epoch was a Thursday. */
const firstMonday = Date.UTC(1970, 0, 5)

/** How long after its end a window stays open: an event that comes later is `late` and restates it. */
export const graceMs = hourMs

/** The start of the UTC window that holds `time`; both in epoch milliseconds. */
export const windowStart = (time: number, granularity: Granularity): number => {
  const length = windowMs[granularity]
  const origin = granularity === 'week' ? firstMonday : 0
  return Math.floor((time - origin) / length) * length + origin
}

/** The first instant after the window that starts at `start`. */
export const windowEnd = (start: number, granularity: Granularity): number => start + windowMs[granularity]

export type WindowStatus = 'open' | 'restated' | 'settled'

/** `open` until the grace has passed, then `restated` where late events changed the window, else `settled`. */
export const windowStatus = (end: number, late: number, now: number): WindowStatus => {
  if (now < end + graceMs) return 'open'
  return late > 0 ? 'restated' : 'settled'
}
