import { windowStatus, type WindowStatus } from '@patterns/projections/window.ts'
import { type WindowState, zeroWindow } from '@patterns/projections/windowState.ts'
import type { Bucket, BucketedRange } from '../../values/buckets.ts'
import { floorHour } from '../../values/range.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'
import { mergeIntoBuckets } from './mergeRows.ts'

/** One point of a series, with all that is counted in it. */
export interface Period {
  readonly bucket: Bucket
  readonly state: WindowState
  readonly status: WindowStatus
}

export interface PeriodOptions {
  readonly series: BucketedRange
  /** When the first event came, epoch milliseconds: periods before it are left out, not zero. */
  readonly firstSeen: number | null
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * The periods of a series from the first one with an event on; those without any are zero. A period that is
 * made of several windows has a status of its own, as one window.
 */
export const periodsOf = (
  rows: readonly WindowRow[],
  { series, firstSeen, now }: PeriodOptions,
): readonly Period[] => {
  const states = mergeIntoBuckets(rows, series.buckets)
  const began = firstSeen === null ? Number.POSITIVE_INFINITY : floorHour(firstSeen)
  return series.buckets.flatMap((bucket, i) => {
    if (states[i] === undefined && bucket.to <= began) return []
    const state = states[i] ?? zeroWindow()
    return {
      bucket,
      state,
      status: windowStatus(bucket.end, state.recordTimes, now),
    }
  })
}
