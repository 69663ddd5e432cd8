import { compiled, incbet, incbi, ndtr, ndtri } from 'cephes'
import { betaTailByNormal } from './betaTail.ts'

// Moshier's Cephes library as WebAssembly: one package without native code, the arithmetic that scipy
// is built on, and, unlike Math.exp and its kin, the same bits on every engine.
await compiled

/** The probability that a standard normal variable is at least as far from 0 as `z`. */
export const normalTwoSided = (z: number): number => 2 * ndtr(-Math.abs(z))

/** Above this, Cephes loses digits (10⁻⁹ at 10⁵, all of them at 10⁸), and the normal approximation is better. */
const maxExactShape = 50_000

/** P(X ≤ x) for X ~ Beta(a, b), 0 ≤ x ≤ 1; to about 10⁻⁹ for any positive a and b. */
export const betaCdf = (x: number, a: number, b: number): number =>
  Math.min(a, b) > maxExactShape ? betaTailByNormal(x, a, b) : incbet(a, b, x)

/** From here on, Student's t and the normal distribution differ by less than 10⁻⁷. */
const normalFreedom = 10_000_000

/** The probability that Student's t with `freedom` degrees of freedom is at least as far from 0 as `t`. */
export const studentTwoSided = (t: number, freedom: number): number =>
  freedom > normalFreedom ? normalTwoSided(t) : incbet(freedom / 2, 0.5, freedom / (freedom + t * t))

/** From so many degrees of freedom on, the expansion below is at least as exact as Cephes (to 10⁻⁹), and 80 times as fast. */
const expansionFreedom = 200
/** That holds up to this square of the normal bound; further out, in proportion to it. */
const expansionReach = 15

/**
 * The bound of Student's t as a correction of the normal one, in powers of 1/freedom.
 *
 * Fisher, R. A., Cornish, E. A. (1960), "The percentile points of distributions having known cumulants",
 * Technometrics 2, 209–225; also Abramowitz, Stegun, Handbook of Mathematical Functions, 26.7.5.
 */
const expandedBound = (z: number, freedom: number): number => {
  const w = z * z
  const terms = [
    (w + 1) / 4,
    ((5 * w + 16) * w + 3) / 96,
    (((3 * w + 19) * w + 17) * w - 15) / 384,
    ((((79 * w + 776) * w + 1482) * w - 1920) * w - 945) / 92_160,
  ]
  return z * (1 + terms.reduceRight((sum, term) => (sum + term) / freedom, 0))
}

/** The t that Student's t passes in absolute value with probability `p`, 0 < p ≤ 1. */
export const studentBound = (p: number, freedom: number): number => {
  const z = -ndtri(p / 2)
  if (freedom >= expansionFreedom * Math.max(1, (z * z) / expansionReach)) return expandedBound(z, freedom)
  const x = incbi(freedom / 2, 0.5, p)
  return Math.sqrt((freedom * (1 - x)) / x)
}
