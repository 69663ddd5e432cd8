import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import reference from '../testing/reference.json' with { type: 'json' }
import {
  confidence,
  minUsesForHighConfidence,
  rateCount,
  successRate,
  wilsonInterval,
} from './successRate.ts'

const counted = fc
  .tuple(fc.nat({ max: 1_000_000 }), fc.nat({ max: 1_000_000 }))
  .map(([successes, others]) => ({ successes, uses: successes + others }))

describe('success rate', () => {
  const outcomes = { uses: 8, successes: 3, partial_successes: 2, failures: 2, errors: 1 }

  it('counts a partial success as a success', () => {
    expect(successRate(outcomes)).toBe(5 / 8)
    expect(rateCount(outcomes)).toEqual({ successes: 5, uses: 8 })
  })

  it('is null, not 0, without uses', () => {
    expect(successRate({ uses: 0, successes: 0, partial_successes: 0, failures: 0, errors: 0 })).toBeNull()
  })
})

describe('confidence', () => {
  it('grows with the uses alone and is full at 30', () => {
    expect([0, 3, 15, 30, 31, 1e9].map(confidence)).toEqual([0, 0.1, 0.5, 1, 1, 1])
  })

  it('is high from 24 uses on', () => {
    expect([23, 24].map((uses) => uses >= minUsesForHighConfidence)).toEqual([false, true])
    expect([23, 24].map((uses) => confidence(uses) >= 0.8)).toEqual([false, true])
  })
})

describe('the Wilson interval', () => {
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is that of Newcombe (1998), table I', (successes, uses, lower, upper) => {
    const interval = wilsonInterval(successes, uses)!
    expect(interval.lower).toBeCloseTo(lower, 4)
    expect(interval.upper).toBeCloseTo(upper, 4)
  })

  it.each(reference.wilson)(
    'of $successes in $uses is that of statsmodels',
    ({ successes, uses, interval }) => {
      const { lower, upper } = wilsonInterval(successes, uses)!
      expect(lower).toBeCloseTo(interval[0]!, 12)
      expect(upper).toBeCloseTo(interval[1]!, 12)
    },
  )

  it('reaches 0 and 1 exactly if all uses agree', () => {
    expect(wilsonInterval(0, 7)!.lower).toBe(0)
    expect(wilsonInterval(7, 7)!.upper).toBe(1)
  })

  it('is null without uses', () => {
    expect(wilsonInterval(0, 0)).toBeNull()
  })

  it('holds the rate and stays within 0 and 1', () => {
    fc.assert(
      fc.property(counted, ({ successes, uses }) => {
        fc.pre(uses > 0)
        const { lower, upper } = wilsonInterval(successes, uses)!
        expect(lower).toBeGreaterThanOrEqual(0)
        expect(lower).toBeLessThanOrEqual(successes / uses)
        expect(upper).toBeGreaterThanOrEqual(successes / uses)
        expect(upper).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('of the failures mirrors that of the successes', () => {
    fc.assert(
      fc.property(counted, ({ successes, uses }) => {
        fc.pre(uses > 0)
        const interval = wilsonInterval(successes, uses)!
        const mirrored = wilsonInterval(uses - successes, uses)!
        expect(mirrored.lower).toBeCloseTo(1 - interval.upper, 12)
        expect(mirrored.upper).toBeCloseTo(1 - interval.lower, 12)
      }),
    )
  })
})
