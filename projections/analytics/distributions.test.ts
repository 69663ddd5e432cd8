import { describe, expect, it } from 'vitest'
import { betaCdf, normalTwoSided, studentBound, studentTwoSided } from './distributions.ts'
import { expectNearly } from '../testing/nearly.ts'
import reference from '../testing/reference.json' with { type: 'json' }

describe('the normal distribution', () => {
  it('has the tails of the textbooks', () => {
    expect(normalTwoSided(0)).toBe(1)
    expectNearly(normalTwoSided(1.959963984540054), 0.05)
    expectNearly(normalTwoSided(-2.5758293035489004), 0.01)
    expect(normalTwoSided(40)).toBe(0)
  })
})

describe('the beta distribution', () => {
  it.each(reference.beta)('at $x of Beta($a, $b) is that of scipy', ({ x, a, b, cdf }) => {
    expect(Math.abs(betaCdf(x, a, b) - cdf)).toBeLessThan(2e-9)
  })

  it('is continuous where the normal approximation takes over', () => {
    const exact = betaCdf(0.4, 50_000, 75_100)
    const approximate = betaCdf(0.4, 50_000.000_001, 75_100)
    expect(Math.abs(exact - approximate)).toBeLessThan(2e-9)
  })
})

describe("Student's distribution", () => {
  it.each(reference.student)('with $freedom degrees of freedom at $p is that of scipy', (row) => {
    expectNearly(studentBound(row.p, row.freedom), row.bound, 1e-8)
    expectNearly(studentTwoSided(2.1, row.freedom), row.tail, 1e-7)
  })

  it.each([0.5, 0.05, 0.001, 1e-6])('has one bound at %d, however it is computed', (p) => {
    const z = studentBound(p, 1e15)
    const taken = 200 * Math.max(1, z ** 2 / 15)
    // Just below, Cephes inverts the distribution; from there on the expansion is summed.
    expectNearly(studentBound(p, taken), studentBound(p, taken - 1e-6), 1e-9)
    expectNearly(studentTwoSided(studentBound(p, taken), taken), p, 1e-8)
  })
})
