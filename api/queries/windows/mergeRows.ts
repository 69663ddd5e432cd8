import { mergeWindow, type WindowState, zeroWindow } from '@patterns/projections/windowState.ts'
import type { Bucket } from '../../values/buckets.ts'
import type { Range } from '../../values/range.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'

/** The sum of some states. */
export const mergeStates = (states: readonly WindowState[]): WindowState => {
  const sum = zeroWindow()
  for (const state of states) mergeWindow(sum, state)
  return sum
}

/** The sum of some rows, of whatever shards and windows. */
export const mergeRows = (rows: readonly WindowRow[]): WindowState =>
  mergeStates(rows.map((row) => row.state))

/** How often a pattern was used in a time; no row straddles an end of it. */
export const usesIn = (rows: readonly WindowRow[], time: Range | undefined): number =>
  time === undefined
    ? 0
    : rows
        .filter(({ start }) => start >= time.from && start < time.to)
        .reduce((uses, { state }) => uses + state.outcomes.uses, 0)

/** The bucket that holds a time; buckets are in order and without gaps. */
const bucketOf = (buckets: readonly Bucket[], time: number): number => {
  let low = 0
  let high = buckets.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (buckets[middle]!.from <= time) low = middle
    else high = middle - 1
  }
  return low
}

/** The state of each bucket that has rows; no row straddles two buckets. */
export const mergeIntoBuckets = (
  rows: readonly WindowRow[],
  buckets: readonly Bucket[],
): readonly (WindowState | undefined)[] => {
  const states: (WindowState | undefined)[] = Array.from({ length: buckets.length })
  for (const row of rows) {
    const bucket = bucketOf(buckets, row.start)
    const known = states[bucket]
    if (known === undefined) states[bucket] = row.state
    else mergeWindow(known, row.state)
  }
  return states
}
