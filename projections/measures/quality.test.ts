import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { qualityOf } from '../testing/observed.ts'
import { binsOfQuality, type Quality, quality, qualityBin, squareSum } from './quality.ts'

const scores = fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 50 })

/** The state as if all that it counted had been counted so many times over. */
const repeated = (state: Quality, times: number): Quality => {
  const into = quality.zero()
  let doubling = structuredClone(state)
  for (let rest = times; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) quality.merge(into, doubling)
    const twice = structuredClone(doubling)
    quality.merge(twice, doubling)
    doubling = twice
  }
  return into
}

describe('the square sum of quality', () => {
  it('is exact past 2^53', () => {
    const times = fc.integer({ min: 1, max: 5_000_000_000 })
    fc.assert(
      fc.property(scores, times, (millionths, count) => {
        const exact = millionths.reduce((sum, score) => sum + BigInt(score) ** 2n, 0n) * BigInt(count)
        const state = repeated(qualityOf(millionths), count)
        expect(squareSum(state)).toBe(exact)
        const column = quality.columns.find(({ name }) => name === 'quality_square_sum')!
        const read = quality.zero()
        column.set(read, exact)
        expect(read).toMatchObject({ squareLow: state.squareLow, squareHigh: state.squareHigh })
      }),
    )
    expect(squareSum(repeated(qualityOf([1_000_000]), 1_000_000_007))).toBe(1_000_000_007_000_000_000_000n)
  })
})

describe('the bin of a score', () => {
  it('is one of twenty, equal in width, and 1.0 falls in the last', () => {
    expect(binsOfQuality).toBe(20)
    for (let bin = 0; bin < 20; bin++) {
      expect(qualityBin(bin * 50_000)).toBe(bin)
      expect(qualityBin(bin * 50_000 + 49_999)).toBe(bin)
    }
    expect(qualityBin(1_000_000)).toBe(19)
  })
})
