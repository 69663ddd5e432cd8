import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectNearly } from '../testing/nearly.ts'
import reference from '../testing/reference.json' with { type: 'json' }
import { leastSquares } from './leastSquares.ts'
import { pointsOf } from './points.ts'

/** NIST StRD "Norris": certified slope, intercept and r². */
const norris = {
  y: [
    0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3,
    448.9, 10.8, 557.7, 228.3, 998.0, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6,
    228.9, 668.4, 449.2, 0.2,
  ],
  x: [
    0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4, 0.6, 775.5, 666.9, 338.0,
    447.5, 11.6, 556.0, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3,
    229.2, 669.1, 448.9, 0.5,
  ],
}

describe('least squares', () => {
  it('meets the certified values of NIST’s Norris data', () => {
    const line = leastSquares(pointsOf(norris.y, norris.x))!
    expectNearly(line.slope, 1.00211681802045, 1e-12)
    expectNearly(line.intercept, -0.262323073774029, 1e-11)
    expectNearly(line.rSquared, 0.999993745883712, 1e-12)
  })

  it.each(Object.entries(reference.series))('fits “%s” as scipy does', (_name, series) => {
    const line = leastSquares(pointsOf(series.values, series.indices ?? undefined))!
    expectNearly(line.slope, series.slope)
    expectNearly(line.intercept, series.intercept)
    expectNearly(line.rSquared, series.r_squared)
    expectNearly(line.mean, series.mean)
  })

  it('has no line below two points', () => {
    expect(leastSquares(pointsOf([]))).toBeNull()
    expect(leastSquares(pointsOf([1]))).toBeNull()
  })

  it('finds no slope at all, and nothing explained, if all values are equal', () => {
    expect(leastSquares(pointsOf([0.1, 0.1, 0.1]))).toEqual({
      slope: 0,
      intercept: 0.1,
      rSquared: null,
      mean: 0.1,
    })
  })

  it('looks at no more of its arrays than their length says', () => {
    const points = pointsOf([1, 2, 4, 1_000])
    expect(leastSquares({ ...points, length: 3 })).toEqual(leastSquares(pointsOf([1, 2, 4])))
  })

  it('shifts and scales with the values', () => {
    const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 2, maxLength: 60 })
    fc.assert(
      fc.property(
        values,
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        (y, shift, scale) => {
          const line = leastSquares(pointsOf(y))!
          const moved = leastSquares(pointsOf(y.map((value) => value * scale + shift)))!
          expect(moved.slope).toBeCloseTo(line.slope * scale, 8)
          expect(moved.intercept).toBeCloseTo(line.intercept * scale + shift, 7)
          expect(moved.rSquared ?? -1).toBeCloseTo(line.rSquared ?? -1, 9)
        },
      ),
    )
  })

  it('turns its slope with time', () => {
    const values = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 2, maxLength: 60 })
    fc.assert(
      fc.property(values, (y) => {
        expect(leastSquares(pointsOf(y.toReversed()))!.slope).toBeCloseTo(
          -leastSquares(pointsOf(y))!.slope,
          9,
        )
      }),
    )
  })
})
