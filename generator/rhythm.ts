const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** How busy each hour of a working day is, UTC; its mean is 1. */
const hours = [3, 2, 2, 2, 3, 5, 9, 14, 20, 24, 25, 23, 19, 22, 25, 25, 23, 19, 13, 9, 7, 6, 5, 4]
const hourMean = hours.reduce((sum, weight) => sum + weight) / hours.length
/** From Monday; its mean is 1. */
const days = [10, 11, 11, 11, 9, 3, 2]
const dayMean = days.reduce((sum, weight) => sum + weight) / days.length
/** The epoch was a Thursday. */
const firstWeekday = 3

/** `even`: the same at all times; `office`: busy on working days, quiet at night and at weekends. */
export type Rhythm = 'even' | 'office'

/** How busy a moment (epoch milliseconds) is, as a multiple of the mean over a week. */
export const busyness = (rhythm: Rhythm, time: number): number => {
  if (rhythm === 'even') return 1
  const hour = Math.floor(time / hourMs) % 24
  const weekday = (Math.floor(time / dayMs) + firstWeekday) % 7
  return (hours[hour]! / hourMean) * (days[weekday]! / dayMean)
}
