import { describe, expect, it } from 'vitest'
import { expectNearly } from '../testing/nearly.ts'
import reference from '../testing/reference.json' with { type: 'json' }
import { leastSquares } from './leastSquares.ts'
import { pointsOf } from './points.ts'
import { volatility } from './volatility.ts'

const volatilityOf = (values: readonly number[], indices?: readonly number[]) => {
  const points = pointsOf(values, indices)
  return volatility(points, leastSquares(points)!)
}

describe('volatility', () => {
  it.each(
    // What remains of a perfect line is rounding, in both.
    Object.entries(reference.series).filter(([name]) => name !== 'rising without a break'),
  )('of “%s” is the deviation of numpy’s residuals', (_name, series) => {
    const { standardDeviation, ofMean } = volatilityOf(series.values, series.indices ?? undefined)
    // Around 10¹² a residual has three decimals.
    const relative = series.mean > 1e11 ? 1e-5 : 1e-9
    expectNearly(standardDeviation, series.residual_deviation, relative)
    expectNearly(ofMean, series.residual_deviation / series.mean, relative)
  })

  it('of a steady climb is nothing', () => {
    expect(volatilityOf([1, 2, 3, 4, 5, 6]).standardDeviation).toBeCloseTo(0, 12)
  })

  it('has no ratio to a mean of 0', () => {
    expect(volatilityOf([0, 0, 0])).toEqual({ standardDeviation: 0, ofMean: null })
  })
})
