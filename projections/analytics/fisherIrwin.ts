import type { RateCount } from '../derived/successRate.ts'

/** Probabilities of tables that are equal but for rounding count as equal, as in R's fisher.test. */
const rounding = 1 + 1e-7

/**
 * Fisher and Irwin's exact test of two rates, two-sided: the probability, given both totals, of all tables
 * that are no more probable than the one observed.
 *
 * Fisher, R. A. (1934), Statistical Methods for Research Workers, 5th ed., 21.02; Irwin, J. O. (1935),
 * Metron 12, 83–94. Weights are relative to the likeliest table, from which ratios of neighbours lead to all
 * others: no factorial is needed, and nothing overflows. Its work grows with the smallest of the totals.
 */
export const fisherIrwin = (a: RateCount, b: RateCount): number => {
  const successes = a.successes + b.successes
  const min = Math.max(0, successes - b.uses)
  const max = Math.min(a.uses, successes)
  /** P(a has k successes) / P(a has k − 1). */
  const ratio = (k: number): number =>
    ((a.uses - k + 1) * (successes - k + 1)) / (k * (b.uses - successes + k))
  const likeliest = Math.floor(((a.uses + 1) * (successes + 1)) / (a.uses + b.uses + 2))

  const weights = new Float64Array(max - min + 1)
  weights[likeliest - min] = 1
  for (let k = likeliest + 1; k <= max; k++) weights[k - min] = weights[k - 1 - min]! * ratio(k)
  for (let k = likeliest; k > min; k--) weights[k - 1 - min] = weights[k - min]! / ratio(k)

  const limit = weights[a.successes - min]! * rounding
  let total = 0
  let extreme = 0
  for (const weight of weights) {
    total += weight
    if (weight <= limit) extreme += weight
  }
  return Math.min(1, extreme / total)
}
