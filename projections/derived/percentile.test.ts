import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationFigures } from './durationFigures.ts'
import { durationOf, qualityOf } from '../testing/observed.ts'
import { durationPercentile, qualityPercentile } from './percentile.ts'

/** The observation itself that the percentile stands for. */
const nearest = (observations: readonly number[], percent: number): number => {
  const sorted = observations.toSorted((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil((percent * sorted.length) / 100)) - 1]!
}

const percents = fc.constantFrom(0, 1, 5, 25, 50, 75, 90, 95, 99, 99.9, 100)

describe('percentiles of durations', () => {
  it('are null without durations', () => {
    expect(durationPercentile(durationOf([]), 50)).toBeNull()
    expect(durationFigures(durationOf([]))).toEqual({
      sampleSize: 0,
      meanMs: null,
      minimumMs: null,
      maximumMs: null,
      p50Ms: null,
      p95Ms: null,
      p99Ms: null,
    })
  })

  it('are the duration itself if there is just one, or all are equal', () => {
    expect([0, 50, 100].map((percent) => durationPercentile(durationOf([1_234]), percent))).toEqual([
      1_234, 1_234, 1_234,
    ])
    expect(durationPercentile(durationOf([700, 700, 700]), 50)).toBe(700)
    expect(durationPercentile(durationOf([0, 0, 0]), 50)).toBe(0)
  })

  it('are within 5 % of the observation, and exact at both ends', () => {
    const durations = fc.array(fc.integer({ min: 1, max: 86_400_000 }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(durations, percents, (observed, percent) => {
        const state = durationOf(observed)
        const exact = nearest(observed, percent)
        expect(Math.abs(durationPercentile(state, percent)! - exact)).toBeLessThanOrEqual(0.05 * exact)
        expect(durationPercentile(state, 0)).toBe(Math.min(...observed))
        expect(durationPercentile(state, 100)).toBe(Math.max(...observed))
      }),
    )
  })

  it('stand beside the exact mean', () => {
    const figures = durationFigures(durationOf(Array.from({ length: 100 }, (_, i) => i + 1)))
    expect(figures).toMatchObject({ sampleSize: 100, meanMs: 50.5, minimumMs: 1, maximumMs: 100 })
    expect(Math.abs(figures.p50Ms! / 50 - 1)).toBeLessThan(0.05)
    expect(Math.abs(figures.p95Ms! / 95 - 1)).toBeLessThan(0.05)
    expect(Math.abs(figures.p99Ms! / 99 - 1)).toBeLessThan(0.05)
  })
})

describe('percentiles of quality', () => {
  it('are null without scores', () => {
    expect(qualityPercentile(qualityOf([]), 50)).toBeNull()
  })

  it('spread the scores of one bin evenly over it', () => {
    // Nine scores in the bin 0.50…0.55: the fifth is taken to be in its middle.
    const scores = [500_000, 505_000, 510_000, 515_000, 530_000, 535_000, 540_000, 545_000, 549_999]
    expect(qualityPercentile(qualityOf(scores), 50)).toBeCloseTo(0.525, 12)
  })

  it('are off by less than a bin, and exact at both ends', () => {
    const scores = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(scores, percents, (millionths, percent) => {
        const state = qualityOf(millionths)
        const exact = nearest(millionths, percent) / 1e6
        expect(Math.abs(qualityPercentile(state, percent)! - exact)).toBeLessThanOrEqual(0.05)
        expect(qualityPercentile(state, 0)).toBe(Math.min(...millionths) / 1e6)
        expect(qualityPercentile(state, 100)).toBe(Math.max(...millionths) / 1e6)
      }),
    )
  })
})
