import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toMillionths } from './millionths.ts'

describe('a score in millionths', () => {
  it('is exact if the producer wrote up to six decimals', () => {
    const misread: number[] = []
    for (let millionths = 0; millionths < 1_000_000; millionths += 3) {
      const score = Number(`0.${String(millionths).padStart(6, '0')}`)
      if (toMillionths(score) !== millionths) misread.push(score)
    }
    expect(misread).toEqual([])
    expect(toMillionths(1)).toBe(1_000_000)
    expect(toMillionths(0)).toBe(0)
  })

  it('is rounded half up in decimal, even if the product in floating point falls below the half', () => {
    expect(0.000_124_5 * 1_000_000).toBeLessThan(124.5)
    expect(toMillionths(0.000_124_5)).toBe(125)
    const misrounded: number[] = []
    for (let millionths = 0; millionths < 1_000_000; millionths += 3) {
      const score = Number(`0.${String(millionths).padStart(6, '0')}5`)
      if (toMillionths(score) !== millionths + 1) misrounded.push(score)
    }
    expect(misrounded).toEqual([])
  })

  it('stays below if the decimals say just less than a half', () => {
    expect(toMillionths(0.123_456_499_999_99)).toBe(123_456)
    expect(toMillionths(4.999_999_999e-7)).toBe(0)
    expect(toMillionths(5e-7)).toBe(1)
    expect(toMillionths(5e-324)).toBe(0)
    expect(toMillionths(0.999_999_5)).toBe(1_000_000)
    expect(toMillionths(-0)).toBe(0)
  })

  it('never decreases with the score', () => {
    const scores = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        expect(toMillionths(Math.min(a, b))).toBeLessThanOrEqual(toMillionths(Math.max(a, b)))
      }),
    )
  })
})
