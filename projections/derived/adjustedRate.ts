import type { RateCount } from './successRate.ts'

/** A Beta distribution over the success rates of a category's patterns. */
export interface RatePrior {
  readonly alpha: number
  readonly beta: number
}

/** The weight of the uniform prior Beta(1, 1), in uses: if nothing is known, it outweighs nothing. */
const minWeight = 2

/** Past this many uses a pattern speaks mostly for itself, however alike the others of its category are. */
const maxWeight = 1_000

/**
 * The intraclass correlation 1 / (α + β + 1) of a Beta-Binomial by the method of moments, with each pattern
 * weighted by its uses; null if the counts cannot tell (fewer than two patterns, or no pattern used twice).
 *
 * Kleinman, J. C. (1973), "Proportions with extraneous variance: single and independent samples",
 * JASA 68, 46–54, with weights w = n.
 */
const correlation = (counts: readonly RateCount[], uses: number, successes: number): number | null => {
  const rate = successes / uses
  const noise = rate * (1 - rate)
  let used = 0
  let squares = 0
  let spread = 0
  for (const count of counts) {
    if (count.uses === 0) continue
    used++
    squares += count.uses * count.uses
    spread += count.uses * (count.successes / count.uses - rate) ** 2
  }
  const room = uses - squares / uses - (used - 1)
  if (used < 2 || room <= 0) return null
  return noise === 0 ? 0 : (spread - noise * (used - 1)) / (noise * room)
}

/**
 * The prior for patterns of a category, learnt from the counts of all of them (empirical Bayes: Casella, G.
 * (1985), "An introduction to empirical Bayes data analysis", The American Statistician 39, 83–87).
 *
 * Its mean is the category's pooled rate by Laplace's rule of succession, (successes + 1) / (uses + 2), so it
 * is never 0 or 1. Its weight α + β, in uses, comes from how far the patterns differ beyond sampling noise
 * (Kleinman's moments, see `correlation`). If they do not, the moments would say "all the same", an
 * infinite weight: it is bounded by 1,000 and by the uses that it was learnt from. Where the counts cannot
 * tell, and at least, it is 2, the weight of the uniform prior. An empty category gives Beta(1, 1).
 */
export const ratePrior = (counts: readonly RateCount[]): RatePrior => {
  let successes = 0
  let uses = 0
  for (const count of counts) {
    successes += count.successes
    uses += count.uses
  }
  const mean = (successes + 1) / (uses + 2)
  const between = uses === 0 ? null : correlation(counts, uses, successes)
  const unbounded = between === null ? minWeight : between <= 0 ? maxWeight : 1 / between - 1
  const weight = Math.max(minWeight, Math.min(unbounded, uses, maxWeight))
  return { alpha: mean * weight, beta: (1 - mean) * weight }
}

/**
 * The posterior mean of a pattern's success rate, (successes + α) / (uses + α + β): few uses are drawn
 * towards the category's rate, many stay where they are. Null without uses.
 */
export const adjustedSuccessRate = ({ successes, uses }: RateCount, prior: RatePrior): number | null =>
  uses === 0 ? null : (successes + prior.alpha) / (uses + prior.alpha + prior.beta)
