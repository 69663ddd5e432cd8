import type { Outcomes } from '../measures/outcomes.ts'

/** Successes out of uses: all that the formulas for rates need to know. */
export interface RateCount {
  readonly successes: number
  readonly uses: number
}

/** Bounds of a figure; both inclusive. */
export interface Interval {
  readonly lower: number
  readonly upper: number
}

/** From this many uses on, a rate counts as fully measured. */
const usesForFullConfidence = 30
const highConfidence = 0.8
/** From this many uses on, confidence is at least 0.8. */
export const minUsesForHighConfidence = Math.ceil(highConfidence * usesForFullConfidence)

/** The standard normal quantile at 0.975, for two-sided 95 % intervals. */
export const z95 = 1.959963984540054

/** The count behind a success rate: `partial_success` is a success. */
export const rateCount = (outcomes: Outcomes): RateCount => ({
  successes: outcomes.successes + outcomes.partial_successes,
  uses: outcomes.uses,
})

/** (successes + partial successes) / uses, 0…1; null without uses. */
export const successRate = (outcomes: Outcomes): number | null =>
  outcomes.uses === 0 ? null : (outcomes.successes + outcomes.partial_successes) / outcomes.uses

/** min(1, uses / 30): how far the sample size alone lets a rate be trusted. No uses are no confidence, 0. */
export const confidence = (uses: number): number => Math.min(1, uses / usesForFullConfidence)

/**
 * The Wilson score interval of a rate at 95 %, within 0…1; null without uses.
 *
 * Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference",
 * JASA 22, 209–212; without continuity correction, as in Newcombe, R. G. (1998), "Two-sided
 * confidence intervals for the single proportion", Statistics in Medicine 17, 857–872, method 3.
 */
export const wilsonInterval = (successes: number, uses: number): Interval | null => {
  if (uses === 0) return null
  const rate = successes / uses
  const z2 = z95 * z95
  const centre = rate + z2 / (2 * uses)
  const margin = z95 * Math.sqrt((rate * (1 - rate)) / uses + z2 / (4 * uses * uses))
  const scale = 1 + z2 / uses
  // At the ends the exact bound is 0 or 1, which rounding may miss by a bit.
  return {
    lower: successes === 0 ? 0 : Math.max(0, (centre - margin) / scale),
    upper: successes === uses ? 1 : Math.min(1, (centre + margin) / scale),
  }
}
