import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import { rolledOver, type SeriesSet } from '@patterns/projections/trends/trendSeries.ts'

/** A walk over all patterns of a shard, in the order of their ids, because windows closed. */
export interface Rollover {
  /** The end of the last hour that is closed, epoch milliseconds. */
  readonly closedUntil: number
  /** The series with windows that moved. */
  readonly set: SeriesSet
  /** The last pattern that was computed; undefined before the first. */
  after: string | undefined
}

/**
 * The walk that is due: none if every line was computed up to `closedUntil`; the one under way if it
 * is for the same hour; else a new one, for the series that moved since the last walk that was finished.
 * A clock that was set back counts as well, and the walk goes back with it.
 */
export const decideRollover = (
  finishedUntil: number,
  closedUntil: number,
  underWay: Rollover | undefined,
): Rollover | undefined => {
  if (underWay?.closedUntil === closedUntil) return underWay
  if (finishedUntil === closedUntil && underWay === undefined) return undefined
  // A walk that was broken off has written lines of its own hour, so all series are walked again.
  const since =
    underWay === undefined ? rolledOver(finishedUntil, closedUntil) : rolledOver(noWatermark, closedUntil)
  return { closedUntil, set: since, after: undefined }
}
