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

/** Quality scores in millionths, over every event that carries one. */
export interface Quality {
  count: number
  sum: number
  /** The sum of squares is `squareHigh × 2^50 + squareLow`: it outgrows the 53 bits of a number. */
  squareLow: number
  squareHigh: number
  min: number | null
  max: number | null
  histogram: Histogram
}

const limb = 2 ** 50
export const binsOfQuality = 20

/** 20 equal bins of 0…1; 1.0 falls in the last. */
export const qualityBin = (millionths: number): number =>
  Math.min(binsOfQuality - 1, Math.floor(millionths / (1_000_000 / binsOfQuality)))

/** The exact sum of squares, in millionths². */
export const squareSum = (state: Quality): bigint =>
  BigInt(state.squareHigh) * BigInt(limb) + BigInt(state.squareLow)

const addSquare = (state: Quality, low: number, high: number): void => {
  state.squareLow += low
  state.squareHigh += high
  if (state.squareLow >= limb) {
    state.squareLow -= limb
    state.squareHigh++
  }
}

export const quality: Measure<Quality> = {
  zero: () => ({
    count: 0,
    sum: 0,
    squareLow: 0,
    squareHigh: 0,
    min: null,
    max: null,
    histogram: emptyHistogram(),
  }),
  add(state, { event }) {
    const millionths = event.qualityMillionths
    if (millionths === undefined) return
    state.count++
    state.sum += millionths
    addSquare(state, millionths * millionths, 0)
    state.min = minOf(state.min, millionths)
    state.max = maxOf(state.max, millionths)
    addToBin(state.histogram, qualityBin(millionths), 1)
  },
  merge(into, from) {
    into.count += from.count
    into.sum += from.sum
    addSquare(into, from.squareLow, from.squareHigh)
    into.min = minOf(into.min, from.min)
    into.max = maxOf(into.max, from.max)
    mergeHistogram(into.histogram, from.histogram)
  },
  columns: [
    {
      name: 'quality_count',
      type: 'int8',
      get: (state) => state.count,
      set: (state, value) => void (state.count = value as number),
    },
    {
      name: 'quality_sum',
      type: 'int8',
      get: (state) => state.sum,
      set: (state, value) => void (state.sum = value as number),
    },
    {
      name: 'quality_square_sum',
      type: 'numeric',
      get: squareSum,
      set(state, value) {
        state.squareLow = Number((value as bigint) % BigInt(limb))
        state.squareHigh = Number((value as bigint) / BigInt(limb))
      },
    },
    {
      name: 'quality_min',
      type: 'int8',
      get: (state) => state.min,
      set: (state, value) => void (state.min = value as number | null),
    },
    {
      name: 'quality_max',
      type: 'int8',
      get: (state) => state.max,
      set: (state, value) => void (state.max = value as number | null),
    },
    {
      name: 'quality_histogram',
      type: 'bytea',
      get: (state) => encodeHistogram(state.histogram),
      set: (state, value) => void (state.histogram = decodeHistogram(value as Buffer | null)),
    },
  ],
}
