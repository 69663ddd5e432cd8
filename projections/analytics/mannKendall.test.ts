import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectNearly } from '../testing/nearly.ts'
import reference from '../testing/reference.json' with { type: 'json' }
import { mannKendall } from './mannKendall.ts'
import { pointsOf } from './points.ts'

describe('the Mann–Kendall test', () => {
  it('meets the worked example with ties of EPA QA/G-9S (2006), Data Quality Assessment, page 109', () => {
    const test = mannKendall(pointsOf([10, 10, 10, 5, 10, 20, 18, 17, 15, 24, 15]))
    expect(test.s).toBe(22)
    expect(test.variance).toBeCloseTo(155.33, 2)
    expect(test.z).toBeCloseTo(1.685, 3)
  })

  it.each(Object.entries(reference.series))('judges “%s” as pymannkendall does', (_name, series) => {
    const test = mannKendall(pointsOf(series.values))
    expect(test.s).toBe(series.s)
    expectNearly(test.variance, series.variance)
    expectNearly(test.z, series.z)
    expectNearly(test.p, series.p)
  })

  it('sees no trend in nothing, one point, or equal values', () => {
    for (const values of [[], [1], [2, 2, 2, 2, 2]]) {
      expect(mannKendall(pointsOf(values))).toMatchObject({ s: 0, variance: 0, z: 0, p: 1 })
    }
  })

  const values = fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 60 })

  it('turns its sign, and nothing else, with time', () => {
    fc.assert(
      fc.property(values, (series) => {
        const forward = mannKendall(pointsOf(series))
        const backward = mannKendall(pointsOf(series.toReversed()))
        expect(backward.s + forward.s).toBe(0)
        expect(backward.variance).toBe(forward.variance)
        expect(backward.p).toBe(forward.p)
      }),
    )
  })

  it('depends on the order of the values alone', () => {
    fc.assert(
      fc.property(values, (series) => {
        expect(mannKendall(pointsOf(series.map((value) => value ** 3 + 7)))).toEqual(
          mannKendall(pointsOf(series)),
        )
      }),
    )
  })

  it('corrects its variance by the groups of ties, whatever their order', () => {
    fc.assert(
      fc.property(values, (series) => {
        const groups = Map.groupBy(series, (value) => value)
        const correction = [...groups.values()].reduce(
          (sum, { length: t }) => sum + t * (t - 1) * (2 * t + 5),
          0,
        )
        const n = series.length
        expect(mannKendall(pointsOf(series)).variance).toBe(((n * n - n) * (2 * n + 5) - correction) / 18)
      }),
    )
  })
})
