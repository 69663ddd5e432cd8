import { normalTwoSided } from './distributions.ts'
import type { Points } from './points.ts'

/** The outcome of a Mann–Kendall test. */
export interface MannKendall {
  /** Pairs that rise less pairs that fall. */
  readonly s: number
  /** The variance of S if there is no trend, corrected for ties. */
  readonly variance: number
  readonly z: number
  /** Two-sided: how often S would be at least this far from 0 without a trend. 1 if all values are equal. */
  readonly p: number
}

/**
 * The Mann–Kendall test for a monotonic trend, with the correction for ties and for continuity, by the
 * normal approximation. Only the order of the points matters, not the distance between them.
 *
 * Mann, H. B. (1945), "Nonparametric tests against trend", Econometrica 13, 245–259; Kendall, M. G. (1975),
 * Rank Correlation Methods; in the form of Gilbert, R. O. (1987), Statistical Methods for Environmental
 * Pollution Monitoring, 16.4.2. The normal distribution is that of Cephes.
 *
 * The correction Σ t(t − 1)(2t + 5) over groups of t equal values needs no sorting: t grows by one with each
 * value that has c equal ones before it, and the term then grows by 6c(c + 2).
 */
export const mannKendall = ({ values, length }: Points): MannKendall => {
  let s = 0
  let ties = 0
  for (let i = 1; i < length; i++) {
    const value = values[i]!
    let rises = 0
    let falls = 0
    // Adding the comparisons up is twice as fast as branching on them, since no branch can be foreseen.
    for (let j = 0; j < i; j++) {
      const earlier = values[j]!
      rises += Number(value > earlier)
      falls += Number(value < earlier)
    }
    const equal = i - rises - falls
    s += rises - falls
    ties += 6 * equal * (equal + 2)
  }
  const variance = ((length * length - length) * (2 * length + 5) - ties) / 18
  const z = s === 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(variance)
  return { s, variance, z, p: normalTwoSided(z) }
}
