import type { Histogram } from '../histogram.ts'
import { normalTwoSided } from './distributions.ts'

/** Which of two distributions tends to be greater. */
export interface Superiority {
  /** P(a value of the first is greater than one of the second) + ½ P(equal); 0.5 is neither. */
  readonly superiority: number
  /** Two-sided. */
  readonly p: number
}

/**
 * The Mann–Whitney U test of two histograms with the same bins, if values in one bin are ties: corrected
 * for them and for continuity, by the normal approximation. It looks at order alone, so it suits durations,
 * whose few very long ones say nothing of the rest. Null if one is empty.
 *
 * Mann, H. B., Whitney, D. R. (1947), Annals of Mathematical Statistics 18, 50–60; ties as in Lehmann, E. L.
 * (1975), Nonparametrics, 1.4; U / (n₁·n₂) as an effect: Vargha, A., Delaney, H. D. (2000), Journal of
 * Educational and Behavioral Statistics 25, 101–132.
 */
export const mannWhitney = (a: Histogram, b: Histogram): Superiority | null => {
  let countA = 0
  let countB = 0
  let u = 0
  let ties = 0
  const end = Math.max(a.first + a.counts.length, b.first + b.counts.length)
  for (let bin = Math.min(a.first, b.first); bin < end; bin++) {
    const inA = a.counts[bin - a.first] ?? 0
    const inB = b.counts[bin - b.first] ?? 0
    u += inA * (countB + inB / 2)
    countA += inA
    countB += inB
    ties += (inA + inB) * (inA + inB - 1) * (inA + inB + 1)
  }
  const pairs = countA * countB
  if (pairs === 0) return null
  const count = countA + countB
  const variance = (pairs / 12) * (count + 1 - ties / (count * (count - 1)))
  const distance = Math.max(0, Math.abs(u - pairs / 2) - 0.5)
  return {
    superiority: u / pairs,
    p: distance === 0 ? 1 : normalTwoSided(distance / Math.sqrt(variance)),
  }
}
