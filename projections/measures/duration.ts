import {
  addToBin,
  decodeHistogram,
  emptyHistogram,
  encodeHistogram,
  type Histogram,
  mergeHistogram,
} from '../histogram.ts'
import type { Measure } from '../measure.ts'
import { maxOf, minOf } from '../extremes.ts'

/** How long uses took, over the events that say so. */
export interface Duration {
  count: number
  sumMs: number
  minMs: number | null
  maxMs: number | null
  histogram: Histogram
}

/**
 * Each bin is a tenth wider than the one before: bin `i ≥ 1` holds `(g^(i-1), g^i]` ms with g = 1.1,
 * bin 0 holds 0 and 1 ms. Answering with the bin's `2g/(g+1)`-scaled lower edge is then off by at most
 * (g − 1)/(g + 1) = 4.8 % (DDSketch: Masson, Rim, Lee, VLDB 2019, lemma 2).
 */
const binGrowth = 1.1
const logGrowth = Math.log(binGrowth)

/**
 * Upper edges, by multiplication, which IEEE 754 defines to the last bit; powers and logarithms may differ
 * between engines, so they only guess a bin that is not above the right one, and these decide it.
 * 86,400,000 ms falls in bin 192.
 */
const upperEdges: number[] = [1]
for (let bin = 1; bin <= 194; bin++) upperEdges.push(upperEdges[bin - 1]! * binGrowth)

/** The bin of a duration in milliseconds. */
export const durationBin = (ms: number): number => {
  if (ms <= 1) return 0
  let bin = Math.floor(Math.log(ms) / logGrowth)
  while (upperEdges[bin]! < ms) bin++
  return bin
}

/** The milliseconds that stand for a bin: within 4.8 % of every duration in it. */
export const durationOfBin = (bin: number): number =>
  bin === 0 ? 1 : (2 * upperEdges[bin]!) / (binGrowth + 1)

export const duration: Measure<Duration> = {
  zero: () => ({ count: 0, sumMs: 0, minMs: null, maxMs: null, histogram: emptyHistogram() }),
  add(state, { event }) {
    const ms = event.executionTimeMs
    if (ms === undefined) return
    state.count++
    state.sumMs += ms
    state.minMs = minOf(state.minMs, ms)
    state.maxMs = maxOf(state.maxMs, ms)
    addToBin(state.histogram, durationBin(ms), 1)
  },
  merge(into, from) {
    into.count += from.count
    into.sumMs += from.sumMs
    into.minMs = minOf(into.minMs, from.minMs)
    into.maxMs = maxOf(into.maxMs, from.maxMs)
    mergeHistogram(into.histogram, from.histogram)
  },
  columns: [
    {
      name: 'duration_count',
      type: 'int8',
      get: (state) => state.count,
      set: (state, value) => void (state.count = value as number),
    },
    {
      name: 'duration_sum_ms',
      type: 'int8',
      get: (state) => state.sumMs,
      set: (state, value) => void (state.sumMs = value as number),
    },
    {
      name: 'duration_min_ms',
      type: 'int8',
      get: (state) => state.minMs,
      set: (state, value) => void (state.minMs = value as number | null),
    },
    {
      name: 'duration_max_ms',
      type: 'int8',
      get: (state) => state.maxMs,
      set: (state, value) => void (state.maxMs = value as number | null),
    },
    {
      name: 'duration_histogram',
      type: 'bytea',
      get: (state) => encodeHistogram(state.histogram),
      set: (state, value) => void (state.histogram = decodeHistogram(value as Buffer | null)),
    },
  ],
}
