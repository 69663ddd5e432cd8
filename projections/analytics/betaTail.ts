import { ndtr } from 'cephes'

/**
 * g(x) = (1 − x² + 2x·ln x) / (1 − x)² of Peizer and Pratt. Near 1 the quotient loses its digits to
 * cancellation; its Taylor series, Σ 2(−u)^k / ((k + 1)(k + 2)) with u = x − 1, does not.
 */
const departure = (x: number): number => {
  const u = x - 1
  if (Math.abs(u) > 0.01) return (1 - x * x + 2 * x * Math.log(x)) / (u * u)
  let power = 1
  let sum = 0
  for (let k = 1; k <= 8; k++) {
    power *= -u
    sum += (2 * power) / ((k + 1) * (k + 2))
  }
  return sum
}

/**
 * P(X ≤ x) for X ~ Beta(a, b) with large a and b, by a normal approximation of the equal binomial tail,
 * P(Binomial(a + b − 1, x) ≥ a), whose error falls with the 1.5th power of the size.
 *
 * Peizer, D. B., Pratt, J. W. (1968), "A normal approximation for binomial, F, beta, and other common,
 * related tail probabilities, I", JASA 63, 1416–1456.
 */
export const betaTailByNormal = (x: number, a: number, b: number): number => {
  const trials = a + b - 1
  const y = 1 - x
  const distance = a - 1 / 3 - (trials + 1 / 3) * x + 0.02 * (y / a - x / b + (y - 0.5) / (trials + 1))
  const skew = 1 + y * departure((a - 0.5) / (trials * x)) + x * departure((b - 0.5) / (trials * y))
  return ndtr((-distance * Math.sqrt(skew)) / Math.sqrt((trials + 1 / 6) * x * y))
}
