import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectNearly } from '../testing/nearly.ts'
import reference from '../testing/reference.json' with { type: 'json' }
import { mannKendall } from './mannKendall.ts'
import { pointsOf } from './points.ts'
import { pairSlopes, senSlope, slopeLimits } from './senSlope.ts'

const sen = (values: readonly number[], indices?: readonly number[]) => {
  const points = pointsOf(values, indices)
  return senSlope(points, mannKendall(points).variance)
}

describe("Sen's slope", () => {
  it('meets the worked example of Sen (1968): slope 4, limits 26/7 and 35/8', () => {
    const points = pointsOf([9, 15, 19, 20, 45, 55, 78], [1, 2, 3, 4, 10, 12, 18])
    expect(senSlope(points, mannKendall(points).variance)!.slope).toBe(4)
    // Sen takes S within ±13, which has an exact probability of 93 %.
    expect(slopeLimits(pairSlopes(points), 13)).toEqual({ lower: 26 / 7, upper: 35 / 8 })
  })

  it.each(Object.entries(reference.series))('of “%s” is that of scipy and MeteoSwiss', (_name, series) => {
    const slope = sen(series.values, series.indices ?? undefined)!
    expectNearly(slope.slope, series.sen_slope)
    // Numbers of 10¹² leave their differences fewer digits.
    expectNearly(slope.lower, series.sen_lower, 1e-8)
    expectNearly(slope.upper, series.sen_upper, 1e-8)
  })

  it('does not exist below two points', () => {
    expect(sen([])).toBeNull()
    expect(sen([3])).toBeNull()
  })

  it('of two points is the one slope there is', () => {
    expect(sen([3, 5])).toEqual({ slope: 2, lower: 2, upper: 2 })
  })

  it('is not moved by an outlier', () => {
    expect(sen([0, 1, 2, 3, 1_000_000, 5, 6, 7, 8, 9])).toEqual({ slope: 1, lower: 1, upper: 1 })
  })

  const values = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 30 })

  it('lies within its interval', () => {
    fc.assert(
      fc.property(values, (series) => {
        const { slope, lower, upper } = sen(series)!
        expect(lower).toBeLessThanOrEqual(slope)
        expect(upper).toBeGreaterThanOrEqual(slope)
      }),
    )
  })

  it('gains the slope of a line that is added', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -9, max: 9 }), (series, tilt) => {
        const tilted = senSlope(pointsOf(series.map((value, i) => value + tilt * i)), 100)!
        const slope = senSlope(pointsOf(series), 100)!
        expect(tilted.slope).toBeCloseTo(slope.slope + tilt, 9)
        expect(tilted.lower).toBeCloseTo(slope.lower + tilt, 9)
        expect(tilted.upper).toBeCloseTo(slope.upper + tilt, 9)
      }),
    )
  })
})
