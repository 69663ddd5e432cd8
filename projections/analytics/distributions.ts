import { compiled, incbet, incbi, ndtr, ndtri } from 'cephes'
import { betaTailByNormal } from './betaTail.ts'

// Moshier's Cephes library as WebAssembly: one package without native code, the arithmetic that scipy
// is built on, and, unlike Math.exp and its kin, the same bits on every engine.
await compiled

/** The probability that a standard normal variable is at least as far from 0 as `z`. */
export const normalTwoSided = (z: number): number => 2 * ndtr(-Math.abs(z))

/** Above this, Cephes loses digits (10⁻⁹ at 10⁵, all of them at 10⁸), and the normal approximation is better. */
const largestExactShape = 50_000

/** P(X ≤ x) for X ~ Beta(a, b), 0 ≤ x ≤ 1; to about 10⁻⁹ for any positive a and b. */
export const betaCdf = (x: number, a: number, b: number): number =>
  Math.min(a, b) > largestExactShape ? betaTailByNormal(x, a, b) : incbet(a, b, x)

/** From here on, Student's t and the normal distribution differ by less than 10⁻⁷. */
const normalFreedom = 10_000_000

/** The probability that Student's t with `freedom` degrees of freedom is at least as far from 0 as `t`. */
export const studentTwoSided = (t: number, freedom: number): number =>
  freedom > normalFreedom ? normalTwoSided(t) : incbet(freedom / 2, 0.5, freedom / (freedom + t * t))

/** The t that Student's t passes in absolute value with probability `p`, 0 < p ≤ 1. */
export const studentBound = (p: number, freedom: number): number => {
  if (freedom > normalFreedom) return -ndtri(p / 2)
  const x = incbi(freedom / 2, 0.5, p)
  return Math.sqrt((freedom * (1 - x)) / x)
}
