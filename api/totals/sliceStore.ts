import type { Granularity } from '@patterns/projections/window.ts'
import { LRUCache } from 'lru-cache'
import type { Range } from '../conventions/range.ts'
import { segmentsOf, windowStarts } from '../windows/segments.ts'
import type { LaneIndex } from './laneIndex.ts'
import type { Slice } from './slice.ts'
import { sumWidth } from './sums.ts'

/** The sums of every pattern over one range, by pattern number: see `sumsAt`. Kept up to date in place. */
export interface RangeSums {
  readonly values: Float64Array
}

/** A window of all patterns. */
export interface WindowName {
  readonly granularity: Granularity
  readonly start: number
}

/**
 * The windows held in memory, and the ranges that are summed from them. A range is the sum of its windows,
 * so a changed row changes each range that its window is part of by the same difference: nothing is ever
 * summed again because one number moved.
 */
export interface SliceStore {
  /** The windows of a range that are not held yet. */
  missing(range: Range): WindowName[]
  /** The windows held, out of these. */
  heldOf(granularity: Granularity, starts: ReadonlySet<number>): number[]
  /** Takes in a window that was read as a whole. */
  hold(window: WindowName, slice: Slice): void
  /** Puts a row in the place of the lane's last. `values` is used up. */
  replace(window: WindowName, lane: number, values: Float64Array): void
  /** The sums over a range; all of its windows must be held. */
  sums(range: Range): RangeSums
  clear(): void
  readonly stats: {
    readonly slices: number
    readonly rows: number
    readonly bytes: number
    readonly ranges: number
  }
}

export interface SliceStoreOptions {
  readonly lanes: LaneIndex
  /** Ranges kept at most; the windows of those that go, go with the last range they are part of. */
  readonly mostRanges?: number
  /** What slices and sums may take together; the least recently asked range goes first. */
  readonly mostBytes?: number
}

interface HeldRange {
  readonly range: Range
  readonly windows: ReadonlySet<string>
  values: Float64Array
}

const windowText = ({ granularity, start }: WindowName): string => `${granularity}/${start}`

const windowsOf = (range: Range): WindowName[] =>
  segmentsOf(range).flatMap((segment) =>
    [...windowStarts(segment)].map((start) => ({ granularity: segment.granularity, start })),
  )

export const createSliceStore = ({
  lanes,
  mostRanges = 64,
  mostBytes = 256 * 1024 * 1024,
}: SliceStoreOptions): SliceStore => {
  const slices = new Map<string, Slice>()
  const ranges = new LRUCache<string, HeldRange>({ max: mostRanges })
  let bytesAtSweep = 0

  const bytes = (): number => {
    let sum = 0
    for (const slice of slices.values()) sum += slice.bytes
    for (const range of ranges.values()) sum += range.values.byteLength
    return sum
  }

  /** Drops windows that are part of no range, and ranges until the rest fits; the newest range always stays. */
  const sweep = (): void => {
    for (;;) {
      const needed = new Set([...ranges.values()].flatMap((range) => [...range.windows]))
      for (const key of slices.keys()) if (!needed.has(key)) slices.delete(key)
      bytesAtSweep = bytes()
      if (bytesAtSweep <= mostBytes || ranges.size <= 1) return
      ranges.pop()
    }
  }

  /** Patterns that came since have sums of 0 until a row says more. */
  const withRoom = (held: HeldRange): Float64Array => {
    const wanted = lanes.patternCount * sumWidth
    if (held.values.length < wanted) {
      const larger = new Float64Array(Math.ceil(wanted * 1.25))
      larger.set(held.values)
      held.values = larger
    }
    return held.values
  }

  return {
    missing: (range) => windowsOf(range).filter((window) => !slices.has(windowText(window))),
    heldOf: (granularity, starts) =>
      [...starts].filter((start) => slices.has(windowText({ granularity, start }))).toSorted((a, b) => a - b),
    hold(window, slice) {
      slices.set(windowText(window), slice)
    },
    replace(window, lane, values) {
      const key = windowText(window)
      slices.get(key)!.replace(lane, values)
      const at = lanes.patternOf(lane) * sumWidth
      for (const held of ranges.values()) {
        if (!held.windows.has(key)) continue
        const sums = withRoom(held)
        for (let i = 0; i < sumWidth; i++) sums[at + i]! += values[i]!
      }
    },
    sums(range) {
      const key = `${range.from}/${range.to}`
      let held = ranges.get(key)
      if (held === undefined) {
        const windows = new Set(windowsOf(range).map(windowText))
        held = { range, windows, values: new Float64Array(0) }
        withRoom(held)
        for (const window of windows) slices.get(window)!.addTo(held.values, lanes.patternOf)
        ranges.set(key, held)
        sweep()
      }
      return { values: withRoom(held) }
    },
    clear() {
      slices.clear()
      ranges.clear()
      bytesAtSweep = 0
    },
    get stats() {
      let rows = 0
      for (const slice of slices.values()) rows += slice.rows
      return { slices: slices.size, rows, bytes: bytesAtSweep, ranges: ranges.size }
    },
  }
}
