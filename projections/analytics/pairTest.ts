import { qualityAverage, qualityVariance } from '../derived/qualityFigures.ts'
import { type Interval, rateCount } from '../derived/successRate.ts'
import type { Duration } from '../measures/duration.ts'
import type { Outcomes } from '../measures/outcomes.ts'
import type { Quality } from '../measures/quality.ts'
import { mannWhitney } from './mannWhitney.ts'
import type { Metric } from './metric.ts'
import { rateDifference } from './rateDifference.ts'
import { separationP } from './separation.ts'
import { type Sample, welch } from './welch.ts'

/** The state over a range that two patterns are tested by. */
export interface TestedState {
  readonly outcomes: Outcomes
  readonly quality: Quality
  readonly duration: Duration
}

/** How much a pattern is used is a count, not a sample: there is nothing to test. */
export type TestedMetric = Exclude<Metric, 'usage'>

/** Whether one metric of two patterns differs beyond chance, before other pairs are thought of. */
export type PairTest =
  | {
      readonly status: 'tested'
      readonly method: 'n_minus_1_chi_squared' | 'fisher_irwin' | 'welch'
      /** The first value less the second, in the metric's unit. */
      readonly difference: number
      /** 95 %; null if neither sample varies, since then nothing says how far the difference might be another. */
      readonly interval: Interval | null
      readonly p: number
    }
  | {
      readonly status: 'tested'
      readonly method: 'mann_whitney'
      /** How often the first is greater than the second, ties counted half, 0…1. */
      readonly superiority: number
      readonly p: number
    }
  | { readonly status: 'untested'; readonly reason: 'too_few_observations' }

const tooFew = { status: 'untested', reason: 'too_few_observations' } as const

const qualitySample = (quality: Quality): Sample | null => {
  const mean = qualityAverage(quality)
  const variance = qualityVariance(quality)
  return mean === null || variance === null ? null : { count: quality.count, mean, variance }
}

const testQuality = (a: Quality, b: Quality): PairTest => {
  const first = qualitySample(a)
  const second = qualitySample(b)
  if (first === null || second === null) return tooFew
  const result = welch(first, second)
  if (result !== null) return { status: 'tested', method: 'welch', ...result }
  // No score varies, so that a score can only be the one value or the other: two rates, of 1 and 0.
  const difference = first.mean - second.mean
  const p = difference === 0 ? 1 : separationP(first.count, second.count)
  return { status: 'tested', method: 'fisher_irwin', difference, interval: null, p }
}

const testDuration = (a: Duration, b: Duration): PairTest => {
  const result = mannWhitney(a.histogram, b.histogram)
  return result === null ? tooFew : { status: 'tested', method: 'mann_whitney', ...result }
}

const testRate = (a: Outcomes, b: Outcomes): PairTest => {
  const result = rateDifference(rateCount(a), rateCount(b))
  return result === null ? tooFew : { status: 'tested', ...result }
}

/**
 * Success rates by a two-proportion test, quality by Welch's t from the exact sums (by
 * Fisher and Irwin's exact test if no score varies), duration by Mann–Whitney
 * on the histograms.
 */
export const pairTest = (metric: TestedMetric, a: TestedState, b: TestedState): PairTest => {
  if (metric === 'success_rate') return testRate(a.outcomes, b.outcomes)
  return metric === 'quality' ? testQuality(a.quality, b.quality) : testDuration(a.duration, b.duration)
}
