import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adjustedSuccessRate, ratePrior as priorOf } from './adjustedRate.ts'
import type { RateCount } from './successRate.ts'

/** The prior that is learnt from the counts of these patterns. */
const ratePrior = (counts: readonly RateCount[]) => {
  const used = counts.filter(({ uses }) => uses > 0)
  const sum = (of: (count: RateCount) => number) => used.reduce((total, each) => total + of(each), 0)
  return priorOf({
    patterns: used.length,
    uses: sum(({ uses }) => uses),
    successes: sum(({ successes }) => successes),
    squareUses: sum(({ uses }) => uses * uses),
    squareSuccesses: sum(({ successes, uses }) => (successes * successes) / uses),
  })
}

const count = fc
  .tuple(fc.nat({ max: 5_000 }), fc.nat({ max: 5_000 }))
  .map(([successes, others]) => ({ successes, uses: successes + others }))

const weight = ({ alpha, beta }: { alpha: number; beta: number }) => alpha + beta

describe('the prior of a category', () => {
  it('follows from the moments, by hand', () => {
    // Pooled 14/20 = 0.7, noise 0.21; spread 10·0.2² + 10·0.2² = 0.8; room 20 − 200/20 − 1 = 9;
    // correlation (0.8 − 0.21) / (0.21·9) = 0.59/1.89, weight 1.89/0.59 − 1 = 1.3/0.59; mean 15/22.
    const prior = ratePrior([
      { successes: 9, uses: 10 },
      { successes: 5, uses: 10 },
    ])
    expect(weight(prior)).toBeCloseTo(1.3 / 0.59, 12)
    expect(prior.alpha / weight(prior)).toBeCloseTo(15 / 22, 12)
  })

  it('is uniform if nothing is known', () => {
    expect(ratePrior([])).toEqual({ alpha: 1, beta: 1 })
    expect(ratePrior([{ successes: 0, uses: 0 }])).toEqual({ alpha: 1, beta: 1 })
  })

  it('weighs as little as the uniform one if one pattern, or single uses, cannot tell a spread', () => {
    expect(weight(ratePrior([{ successes: 900, uses: 1_000 }]))).toBeCloseTo(2, 12)
    expect(
      weight(
        ratePrior([
          { successes: 1, uses: 1 },
          { successes: 0, uses: 1 },
        ]),
      ),
    ).toBeCloseTo(2, 12)
  })

  it('is bounded if patterns differ by no more than chance', () => {
    expect(weight(ratePrior(Array(50).fill({ successes: 90, uses: 100 })))).toBeCloseTo(1_000, 9)
    expect(weight(ratePrior(Array(5).fill({ successes: 9, uses: 10 })))).toBeCloseTo(50, 9)
    expect(weight(ratePrior(Array(5).fill({ successes: 10, uses: 10 })))).toBeCloseTo(50, 9)
  })

  it('weighs little if patterns are all or nothing', () => {
    const prior = ratePrior([
      { successes: 100, uses: 100 },
      { successes: 0, uses: 100 },
    ])
    expect(weight(prior)).toBe(2)
  })

  it('passes over patterns without uses', () => {
    const used = [
      { successes: 9, uses: 10 },
      { successes: 5, uses: 10 },
    ]
    expect(ratePrior([...used, { successes: 0, uses: 0 }])).toEqual(ratePrior(used))
  })

  it('recovers the prior that a simulated category was drawn from', () => {
    // Binomial counts of 200 uses at the quantiles (i + ½)/n of Beta(2, 1), which are √((i + ½)/n), rounded.
    const patterns = Array.from({ length: 4_000 }, (_, i) => {
      const rate = Math.sqrt(((i >> 1) + 0.5) / 2_000)
      const spread = Math.sqrt(rate * (1 - rate) * 200)
      return { successes: rate * 200 + (i % 2 === 0 ? spread : -spread), uses: 200 }
    })
    const prior = ratePrior(patterns)
    expect(prior.alpha).toBeCloseTo(2, 1)
    expect(prior.beta).toBeCloseTo(1, 1)
  })

  it('is a proper distribution for any counts, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(count), (counts) => {
        const prior = ratePrior(counts)
        expect(prior.alpha).toBeGreaterThan(0)
        expect(prior.beta).toBeGreaterThan(0)
        expect(weight(prior)).toBeGreaterThanOrEqual(2 - 1e-9)
        expect(weight(prior)).toBeLessThanOrEqual(1_000 + 1e-9)
        expect(ratePrior(counts.toReversed()).alpha / prior.alpha).toBeCloseTo(1, 6)
      }),
    )
  })
})

describe('the adjusted success rate', () => {
  const prior = { alpha: 8, beta: 2 }

  it('adds the prior to the counts', () => {
    expect(adjustedSuccessRate({ successes: 1, uses: 1 }, prior)).toBe(9 / 11)
  })

  it('is null without uses', () => {
    expect(adjustedSuccessRate({ successes: 0, uses: 0 }, prior)).toBeNull()
  })

  it('ranks 990 of 1,000 above 1 of 1', () => {
    const counts = [
      { successes: 1, uses: 1 },
      { successes: 990, uses: 1_000 },
      { successes: 700, uses: 1_000 },
      { successes: 850, uses: 1_000 },
    ]
    const learnt = ratePrior(counts)
    const [single, many] = counts.map((each) => adjustedSuccessRate(each, learnt)!)
    expect(many).toBeGreaterThan(single!)
  })

  it('lies between the own rate and the mean of the prior', () => {
    fc.assert(
      fc.property(count, ({ successes, uses }) => {
        fc.pre(uses > 0)
        const adjusted = adjustedSuccessRate({ successes, uses }, prior)!
        expect(adjusted).toBeGreaterThanOrEqual(Math.min(successes / uses, 0.8) - 1e-12)
        expect(adjusted).toBeLessThanOrEqual(Math.max(successes / uses, 0.8) + 1e-12)
      }),
    )
  })
})
