import type { Granularity } from '@patterns/projections/window.ts'
import { LRUCache } from 'lru-cache'
import type { Range } from '../values/range.ts'
import { segmentsOf, windowStarts } from '@patterns/projections/segments.ts'
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
  /** Keeps the windows of a range, now and as they come, until other ranges were asked for more recently. */
  keep(range: Range): void
  /** The windows of a range that are not held yet. */
  missing(range: Range): WindowName[]
  /** The windows held, out of these. */
  heldOf(granularity: Granularity, starts: ReadonlySet<number>): number[]
  /** Takes in a window that was read as a whole. */
  hold(window: WindowName, slice: Slice): void
  /** Puts a row in the place of the lane's last, where the window is held. `values` is used up. */
  replace(window: WindowName, lane: number, values: Float64Array): void
  /** The sums over a range that is kept; all of its windows must be held. */
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

interface KeptRange {
  /** By their text, which takes long enough to write that a request does not do it again. */
  readonly windows: ReadonlyMap<string, WindowName>
  /** Made when the sums are first asked for. */
  values: Float64Array | undefined
}

const rangeText = ({ from, to }: Range): string => `${from}/${to}`
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
  const ranges = new LRUCache<string, KeptRange>({ max: mostRanges })
  let bytes = 0

  const countBytes = (): number => {
    let sum = 0
    for (const slice of slices.values()) sum += slice.bytes
    for (const { values } of ranges.values()) sum += values?.byteLength ?? 0
    return sum
  }

  /** Drops windows that are part of no range, and ranges until the rest fits; the newest always stays. */
  const sweep = (): void => {
    for (;;) {
      const needed = new Set<string>()
      for (const { windows } of ranges.values()) for (const window of windows.keys()) needed.add(window)
      for (const key of slices.keys()) if (!needed.has(key)) slices.delete(key)
      bytes = countBytes()
      if (bytes <= mostBytes || ranges.size <= 1) return
      ranges.pop()
    }
  }

  /** Patterns that came since have sums of 0 until a row says more. */
  const withRoom = (kept: KeptRange, values: Float64Array): Float64Array => {
    const wanted = lanes.patternCount * sumWidth
    if (values.length >= wanted) return values
    const larger = new Float64Array(Math.ceil(wanted * 1.25))
    larger.set(values)
    kept.values = larger
    return larger
  }

  const windowsOfRange = (range: Range): ReadonlyMap<string, WindowName> =>
    ranges.peek(rangeText(range))?.windows ??
    new Map(windowsOf(range).map((window) => [windowText(window), window]))

  return {
    keep(range) {
      const key = rangeText(range)
      if (ranges.get(key) === undefined)
        ranges.set(key, { windows: windowsOfRange(range), values: undefined })
    },
    missing(range) {
      const lacking: WindowName[] = []
      for (const [key, window] of windowsOfRange(range)) if (!slices.has(key)) lacking.push(window)
      return lacking
    },
    heldOf: (granularity, starts) =>
      [...starts].filter((start) => slices.has(windowText({ granularity, start }))).toSorted((a, b) => a - b),
    hold(window, slice) {
      slices.set(windowText(window), slice)
    },
    replace(window, lane, values) {
      const key = windowText(window)
      const slice = slices.get(key)
      if (slice === undefined) return
      slice.replace(lane, values)
      const at = lanes.patternOf(lane) * sumWidth
      for (const kept of ranges.values()) {
        if (kept.values === undefined || !kept.windows.has(key)) continue
        const sums = withRoom(kept, kept.values)
        for (let i = 0; i < sumWidth; i++) sums[at + i]! += values[i]!
      }
    },
    sums(range) {
      this.keep(range)
      const kept = ranges.get(rangeText(range))!
      if (kept.values === undefined) {
        kept.values = withRoom(kept, new Float64Array(0))
        for (const window of kept.windows.keys()) slices.get(window)!.addTo(kept.values, lanes.patternOf)
        sweep()
      }
      return { values: withRoom(kept, kept.values) }
    },
    clear() {
      slices.clear()
      ranges.clear()
      bytes = 0
    },
    get stats() {
      let rows = 0
      for (const slice of slices.values()) rows += slice.rows
      return { slices: slices.size, rows, bytes, ranges: ranges.size }
    },
  }
}
