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

/** How long a window stays open after its end and the hour of its first event: an event that comes later restates it. */
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

/**
 * `open` until the grace has passed since both the window's end and the hour in which its first event came, then
 * `restated` if one came after that, else `settled`. So a history that is read in one go is not restated, and what was shown as settled and changed is.
 * @param recorded when the window's events came, as its state says (`measures/recordTimes.ts`); all in epoch milliseconds
 */
export const windowStatus = (
  end: number,
  recorded: { readonly first: number | null; readonly last: number | null },
  now: number,
): WindowStatus => {
  const firstHourEnd = recorded.first === null ? end : windowEnd(windowStart(recorded.first, 'hour'), 'hour')
  // On the hour, as windows end: who has asked need not ask again before the next (`api/http/conventions/answer.ts`).
  const settlesAt = Math.max(end, firstHourEnd) + graceMs
  if (now < settlesAt) return 'open'
  return recorded.last !== null && recorded.last > settlesAt ? 'restated' : 'settled'
}
