import type { Histogram } from '../histogram.ts'
import { durationOfBin, type Duration } from '../measures/duration.ts'
import { binsOfQuality, type Quality } from '../measures/quality.ts'

/** Where the observation of a rank lies: its bin, and how many of that bin's observations come before it. */
interface Place {
  readonly bin: number
  readonly before: number
  readonly count: number
}

const placeOfRank = ({ first, counts }: Histogram, rank: number): Place => {
  let before = rank - 1
  let i = 0
  while (before >= counts[i]!) before -= counts[i++]!
  return { bin: first + i, before, count: counts[i]! }
}

/**
 * The nearest rank, ⌈percent/100 · count⌉, from 1: the least observation with at least that share at or
 * below it (definition 1 in Hyndman, Fan (1996), "Sample quantiles in statistical packages", The American
 * Statistician 50, 361–365). The product comes first, so that whole percentages of whole counts are exact.
 */
const nearestRank = (count: number, percent: number): number =>
  Math.max(1, Math.ceil((percent * count) / 100))

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value))

/**
 * A percentile of the durations, in ms: `percent` 0…100. Within 5 % of the observation of that rank, and
 * exact for the first and the last; an observation of 0 ms may be answered as 1. Null without durations.
 */
export const durationPercentile = (duration: Duration, percent: number): number | null => {
  const { count, minMs, maxMs, histogram } = duration
  if (minMs === null || maxMs === null) return null
  const rank = nearestRank(count, percent)
  if (rank === 1) return minMs
  if (rank === count) return maxMs
  return clamp(durationOfBin(placeOfRank(histogram, rank).bin), minMs, maxMs)
}

/**
 * A percentile of the quality scores, 0…1: `percent` 0…100. Off by less than a bin, 0.05 (the scores of a
 * bin are taken as evenly spread), and exact for the first and the last. Null without scores.
 */
export const qualityPercentile = (quality: Quality, percent: number): number | null => {
  const { count, min, max, histogram } = quality
  if (min === null || max === null) return null
  const rank = nearestRank(count, percent)
  if (rank === 1) return min / 1_000_000
  if (rank === count) return max / 1_000_000
  const place = placeOfRank(histogram, rank)
  const score = (place.bin + (place.before + 0.5) / place.count) / binsOfQuality
  return clamp(score, min / 1_000_000, max / 1_000_000)
}
