import { type Interval, type RateCount, wilsonInterval } from '../derived/successRate.ts'
import { normalTwoSided } from './distributions.ts'
import { fisherIrwin } from './fisherIrwin.ts'

/** How two success rates differ. */
export interface RateDifference {
  readonly method: 'n_minus_1_chi_squared' | 'fisher_irwin'
  /** The first rate less the second. */
  readonly difference: number
  /** 95 %. */
  readonly interval: Interval
  /** Two-sided. */
  readonly p: number
}

/**
 * The 95 % interval of the difference of two rates, from the Wilson interval of each.
 *
 * Newcombe, R. G. (1998), "Interval estimation for the difference between independent proportions:
 * comparison of eleven methods", Statistics in Medicine 17, 873–890, method 10.
 */
const hybridInterval = (a: RateCount, b: RateCount, first: Interval, second: Interval): Interval => {
  const rateA = a.successes / a.uses
  const rateB = b.successes / b.uses
  const difference = rateA - rateB
  return {
    lower: difference - Math.hypot(rateA - first.lower, second.upper - rateB),
    upper: difference + Math.hypot(first.upper - rateA, rateB - second.lower),
  }
}

/** The fewest uses that chance alone would put into the emptiest of the four cells (who × success or not). */
const minExpected = (a: RateCount, b: RateCount): number => {
  const uses = a.uses + b.uses
  const successes = a.successes + b.successes
  return (Math.min(a.uses, b.uses) / uses) * Math.min(successes, uses - successes)
}

/**
 * Whether two success rates differ beyond chance; null if one has no uses.
 *
 * The two-proportion test is the (N − 1) chi-squared one, or Fisher and Irwin's exact one if fewer than
 * 1 use is expected in a cell: Campbell, I. (2007), "Chi-squared and Fisher–Irwin tests of two-by-two tables
 * with small sample recommendations", Statistics in Medicine 26, 3661–3675.
 */
export const rateDifference = (a: RateCount, b: RateCount): RateDifference | null => {
  const first = wilsonInterval(a.successes, a.uses)
  const second = wilsonInterval(b.successes, b.uses)
  if (first === null || second === null) return null
  const difference = a.successes / a.uses - b.successes / b.uses
  const interval = hybridInterval(a, b, first, second)
  if (minExpected(a, b) < 1) return { method: 'fisher_irwin', difference, interval, p: fisherIrwin(a, b) }
  const uses = a.uses + b.uses
  const pooled = (a.successes + b.successes) / uses
  const variance = pooled * (1 - pooled) * (1 / a.uses + 1 / b.uses) * (uses / (uses - 1))
  const p = normalTwoSided(difference / Math.sqrt(variance))
  return { method: 'n_minus_1_chi_squared', difference, interval, p }
}
