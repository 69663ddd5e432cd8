import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fisherIrwin } from './fisherIrwin.ts'
import { expectNearly } from '../testing/nearly.ts'
import reference from '../testing/reference.json' with { type: 'json' }
import { rateDifference } from './rateDifference.ts'

const count = fc
  .tuple(fc.nat({ max: 300 }), fc.nat({ max: 300 }))
  .map(([successes, others]) => ({ successes, uses: successes + others }))
  .filter(({ uses }) => uses > 0)

describe('the difference of two success rates', () => {
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
  ])('%i/%i − %i/%i has the interval of Newcombe (1998), table II, method 10', (a, b, c, d, lower, upper) => {
    const { interval } = rateDifference({ successes: a, uses: b }, { successes: c, uses: d })!
    expect(interval.lower).toBeCloseTo(lower, 4)
    expect(interval.upper).toBeCloseTo(upper, 4)
  })

  it.each(reference.rates)(
    '$first.successes/$first.uses − $second.successes/$second.uses is that of statsmodels and scipy',
    ({ first, second, lower, upper, score_p, fisher_p }) => {
      const result = rateDifference(first, second)!
      expect(result.difference).toBe(first.successes / first.uses - second.successes / second.uses)
      expect(result.interval.lower).toBeCloseTo(lower, 12)
      expect(result.interval.upper).toBeCloseTo(upper, 12)
      expectNearly(result.p, result.method === 'fisher_irwin' ? fisher_p : score_p)
      expectNearly(fisherIrwin(first, second), fisher_p, 1e-8)
    },
  )

  it('is tested exactly if too few are expected in a cell', () => {
    const one = { successes: 1, uses: 1 }
    expect(rateDifference(one, { successes: 990, uses: 1_000 })!.method).toBe('fisher_irwin')
    expect(rateDifference({ successes: 10, uses: 20 }, { successes: 3, uses: 20 })!.method).toBe(
      'n_minus_1_chi_squared',
    )
  })

  it('does not exist without uses', () => {
    const none = { successes: 0, uses: 0 }
    const some = { successes: 1, uses: 2 }
    expect(rateDifference(none, some)).toBeNull()
    expect(rateDifference(some, none)).toBeNull()
  })

  it('is mirrored when the two change places', () => {
    fc.assert(
      fc.property(count, count, (a, b) => {
        const forward = rateDifference(a, b)!
        const backward = rateDifference(b, a)!
        expect(backward.difference).toBeCloseTo(-forward.difference, 12)
        expect(backward.interval.upper).toBeCloseTo(-forward.interval.lower, 12)
        expect(backward.p).toBeCloseTo(forward.p, 9)
        expect(forward.p).toBeGreaterThanOrEqual(0)
        expect(forward.p).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('of thousands of millions of uses is exact, and needs no time', () => {
    // Three successes fall on 10⁹ of 3·10⁹ uses as on a coin with ⅓: none 8/27, one 12/27, two 6/27, all 1/27.
    const p = fisherIrwin({ successes: 0, uses: 1e9 }, { successes: 3, uses: 2e9 })
    expectNearly(p, 15 / 27, 1e-8)
  })
})
