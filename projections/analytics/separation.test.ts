import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectNearly } from '../testing/nearly.ts'
import { fisherIrwin } from './fisherIrwin.ts'
import { separationP } from './separation.ts'

describe('the probability that chance parts two samples', () => {
  it('is 1 over the ways to choose one of them', () => {
    expectNearly(separationP(4, 4), 2 / 70)
    expectNearly(separationP(2, 3), 1 / 10)
    expect(separationP(1, 1)).toBe(1)
  })

  it('is what the exact test of two rates finds', () => {
    const count = fc.integer({ min: 1, max: 60 })
    fc.assert(
      fc.property(count, count, (first, second) => {
        const p = fisherIrwin({ successes: first, uses: first }, { successes: 0, uses: second })
        expectNearly(separationP(first, second), p)
      }),
    )
  })

  it('is found at once for millions of observations', () => {
    expect(separationP(5_000_000, 7_000_000)).toBeLessThan(1e-299)
  })
})
