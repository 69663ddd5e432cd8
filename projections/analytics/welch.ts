import type { Interval } from '../derived/successRate.ts'
import { studentBound, studentTwoSided } from './distributions.ts'

/** A sample, as far as its mean is concerned. */
export interface Sample {
  readonly count: number
  readonly mean: number
  /** Sample variance (n − 1). */
  readonly variance: number
}

/** How two means differ. */
export interface MeanDifference {
  /** The first mean less the second. */
  readonly difference: number
  /** 95 %. */
  readonly interval: Interval
  /** Two-sided. */
  readonly p: number
}

/**
 * Welch's t-test of two means with unequal variances; each sample has at least two observations. Null if
 * neither sample varies at all, since then there is no chance to measure a difference against.
 *
 * Welch, B. L. (1947), "The generalization of 'Student's' problem when several different population
 * variances are involved", Biometrika 34, 28–35; degrees of freedom by Satterthwaite, F. E. (1946).
 */
export const welch = (a: Sample, b: Sample): MeanDifference | null => {
  const errorA = a.variance / a.count
  const errorB = b.variance / b.count
  const squaredError = errorA + errorB
  if (squaredError === 0) return null
  const difference = a.mean - b.mean
  const shareA = errorA / squaredError
  const shareB = errorB / squaredError
  const freedom = 1 / ((shareA * shareA) / (a.count - 1) + (shareB * shareB) / (b.count - 1))
  const error = Math.sqrt(squaredError)
  const margin = studentBound(0.05, freedom) * error
  return {
    difference,
    interval: { lower: difference - margin, upper: difference + margin },
    p: studentTwoSided(difference / error, freedom),
  }
}
