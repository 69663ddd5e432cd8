import fc from 'fast-check'
import { sampleStandardDeviation } from 'simple-statistics'
import { describe, expect, it } from 'vitest'
import { qualityOf } from '../testing/observed.ts'
import { qualityAverage, qualityFigures, qualityVariance } from './qualityFigures.ts'

describe('quality figures', () => {
  it('are null without scores', () => {
    expect(qualityFigures(qualityOf([]))).toEqual({
      sampleSize: 0,
      average: null,
      stddev: null,
      minimum: null,
      maximum: null,
    })
  })

  it('have no standard deviation for one score', () => {
    expect(qualityFigures(qualityOf([250_000]))).toEqual({
      sampleSize: 1,
      average: 0.25,
      stddev: null,
      minimum: 0.25,
      maximum: 0.25,
    })
  })

  it('of 0.5 and 1 are those done by hand', () => {
    expect(qualityFigures(qualityOf([500_000, 1_000_000]))).toEqual({
      sampleSize: 2,
      average: 0.75,
      stddev: Math.sqrt(0.125),
      minimum: 0.5,
      maximum: 1,
    })
  })

  it('keep every digit of a spread of one millionth', () => {
    // Three scores m, m, m + 1: variance exactly 1/3 millionths².
    const variance = qualityVariance(qualityOf([999_998, 999_998, 999_999]))
    expect(variance).toBeCloseTo(1e-12 / 3, 26)
  })

  it('agree with the two-pass standard deviation of the scores', () => {
    const scores = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 2, maxLength: 200 })
    fc.assert(
      fc.property(scores, (millionths) => {
        const figures = qualityFigures(qualityOf(millionths))
        expect(figures.stddev).toBeCloseTo(sampleStandardDeviation(millionths) / 1e6, 9)
        expect(figures.average).toBe(qualityAverage(qualityOf(millionths)))
      }),
    )
  })
})
