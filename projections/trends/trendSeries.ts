import { closedUntil, type Range, trendWindows } from '../analytics/trendRange.ts'
import { type Granularity, windowMs, windowStart } from '../window.ts'

/** A series whose line is kept for every pattern and metric: the last so many closed windows of a size. */
export interface TrendSeries {
  readonly granularity: Granularity
  readonly windows: number
}

/** The materialized series: the default of each granularity, and 90 days. */
export const trendSeries: readonly TrendSeries[] = [
  { granularity: 'hour', windows: trendWindows.hour },
  { granularity: 'day', windows: trendWindows.day },
  { granularity: 'day', windows: 90 },
  { granularity: 'week', windows: trendWindows.week },
]

/** The closed windows that a series looks at when it is `now` (epoch milliseconds). */
export const seriesRange = ({ granularity, windows }: TrendSeries, now: number): Range => {
  const to = closedUntil(granularity, now)
  return { from: to - windows * windowMs[granularity], to }
}

/** Some of `trendSeries`: bit i stands for the one at index i. */
export type SeriesSet = number

export const noSeries: SeriesSet = 0
export const allSeries: SeriesSet = 2 ** trendSeries.length - 1

export const isIn = (set: SeriesSet, index: number): boolean => ((set >> index) & 1) === 1

const setOf = (belongs: (series: TrendSeries) => boolean): SeriesSet =>
  trendSeries.reduce((set, series, index) => (belongs(series) ? set | (1 << index) : set), noSeries)

/**
 * The series whose windows are others now that hours are closed until `to` instead of `from`: an hour's end
 * may also be that of a day and a week. All of them if nothing was closed before (`noWatermark`).
 */
export const rolledOver = (from: number, to: number): SeriesSet =>
  setOf(({ granularity }) => windowStart(from, granularity) !== windowStart(to, granularity))

/**
 * Tells which series a changed window belongs to, when it is `now`: none if the window is still open, so
 * that live events change no line.
 *
 * Usage counts as 0 from the pattern's first event on, so an event before all others changes a series that
 * begins after it. If the first window itself changed, that may have happened: older series count as
 * changed then.
 */
export const createSeriesFinder = (
  now: number,
): ((granularity: Granularity, start: number, firstSeen: number) => SeriesSet) => {
  const ranges = trendSeries.map((series) => seriesRange(series, now))
  return (granularity, start, firstSeen) => {
    const isFirst = start === windowStart(firstSeen, granularity)
    let set = noSeries
    for (let index = 0; index < trendSeries.length; index++) {
      if (trendSeries[index]!.granularity !== granularity) continue
      const { from, to } = ranges[index]!
      if (start < to && (start >= from || isFirst)) set |= 1 << index
    }
    return set
  }
}

/** The start of the oldest window of each size that a series looks at. */
export const trendHorizon = (now: number): Readonly<Record<Granularity, number>> => {
  const oldest = (granularity: Granularity): number =>
    Math.min(
      ...trendSeries
        .filter((series) => series.granularity === granularity)
        .map((series) => seriesRange(series, now).from),
    )
  return { hour: oldest('hour'), day: oldest('day'), week: oldest('week') }
}
