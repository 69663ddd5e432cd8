import type { Duration } from '../measures/duration.ts'
import { durationPercentile } from './percentile.ts'

/** What is said of the durations of a window or a range, in milliseconds; null if there are none. */
export interface DurationFigures {
  readonly sampleSize: number
  readonly meanMs: number | null
  readonly minimumMs: number | null
  readonly maximumMs: number | null
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

/** The mean duration in ms, exact to the last division; null without durations. */
export const durationMean = ({ count, sumMs }: Duration): number | null =>
  count === 0 ? null : sumMs / count

/** Mean, extremes (all exact) and percentiles (within 5 %) of the durations. */
export const durationFigures = (duration: Duration): DurationFigures => ({
  sampleSize: duration.count,
  meanMs: durationMean(duration),
  minimumMs: duration.minMs,
  maximumMs: duration.maxMs,
  p50Ms: durationPercentile(duration, 50),
  p95Ms: durationPercentile(duration, 95),
  p99Ms: durationPercentile(duration, 99),
})
