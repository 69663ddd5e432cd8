import { type Granularity, windowMs } from '../window.ts'

/** How fast a metric changes. */
export interface Velocity {
  /** In the metric's own unit per day. */
  readonly perDay: number
  /** Per cent of the series' mean per day; null if the mean is 0. */
  readonly percentPerDay: number | null
}

const daysPerWindow: Readonly<Record<Granularity, number>> = {
  hour: windowMs.hour / windowMs.day,
  day: 1,
  week: windowMs.week / windowMs.day,
}

/** A slope per window as change per day. */
export const velocity = (slope: number, mean: number, granularity: Granularity): Velocity => {
  const perDay = slope / daysPerWindow[granularity]
  return { perDay, percentPerDay: mean === 0 ? null : (100 * perDay) / Math.abs(mean) }
}
