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

/** What the counts of a category's patterns add up to: all that its prior is learnt from. */
export interface RateMoments {
  /** Patterns that were used. */
  readonly patterns: number
  readonly uses: number
  readonly successes: number
  /** Σ uses². */
  readonly squareUses: number
  /** Σ successes² / uses. */
  readonly squareSuccesses: number
}

/**
 * The intraclass correlation 1 / (α + β + 1) of a Beta-Binomial by the method of moments, with each pattern
 * weighted by its uses; null if the counts cannot tell (fewer than two patterns, or no pattern used twice).
 *
 * Kleinman, J. C. (1973), "Proportions with extraneous variance: single and independent samples",
 * JASA 68, 46–54, with weights w = n: the spread Σ n·(x/n − p)² is Σ x²/n − (Σ x)²/Σ n.
 */
const correlation = ({
  patterns,
  uses,
  successes,
  squareUses,
  squareSuccesses,
}: RateMoments): number | null => {
  const rate = successes / uses
  const noise = rate * (1 - rate)
  const spread = squareSuccesses - (successes * successes) / uses
  const room = uses - squareUses / uses - (patterns - 1)
  if (patterns < 2 || room <= 0) return null
  return noise === 0 ? 0 : (spread - noise * (patterns - 1)) / (noise * room)
}

/**
 * The prior for patterns of a category, learnt from the counts of all of them (empirical Bayes: Casella, G.
 * (1985), "An introduction to empirical Bayes data analysis", The American Statistician 39, 83–87).
 *
 * Its mean is the category's pooled rate by Laplace's rule of succession, (successes + 1) / (uses + 2), so it
 * is never 0 or 1. Its weight α + β, in uses, comes from how far the patterns differ beyond sampling noise
 * (Kleinman's moments, see `correlation`). If they do not, the moments would say "all the same", an
 * infinite weight: it is bounded by 1,000 and by the uses that it was learnt from. If the counts cannot
 * tell, and at least, it is 2, the weight of the uniform prior. An empty category gives Beta(1, 1).
 */
export const ratePrior = (moments: RateMoments): RatePrior => {
  const { uses, successes } = moments
  const mean = (successes + 1) / (uses + 2)
  const between = uses === 0 ? null : correlation(moments)
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
