import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationBin, durationOfBin } from './duration.ts'

const longest = 86_400_000

/** Each bin's least duration, found by halving, whatever the formula. */
const minOfBins = (): number[] => {
  const mins = [0]
  for (let bin = 1; bin <= durationBin(longest); bin++) {
    let [below, at] = [mins.at(-1)!, longest]
    while (at - below > 1) {
      const middle = Math.floor((below + at) / 2)
      if (durationBin(middle) >= bin) at = middle
      else below = middle
    }
    mins.push(at)
  }
  return mins
}

const errorOf = (ms: number): number => Math.abs(durationOfBin(durationBin(ms)) - ms) / ms

describe('the bin of a duration', () => {
  it('stands for it within 4.8 %, for every millisecond up to ten minutes', () => {
    let worst = 0
    for (let ms = 1; ms <= 600_000; ms++) worst = Math.max(worst, errorOf(ms))
    expect(worst).toBeLessThan(0.048)
  })

  it('stands for it within 4.8 %, up to a day and on both sides of every edge', () => {
    const edges = minOfBins().filter((ms) => ms > 1)
    for (const edge of edges) {
      expect(errorOf(edge)).toBeLessThan(0.048)
      expect(errorOf(edge - 1)).toBeLessThan(0.048)
    }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: longest }), (ms) => {
        expect(errorOf(ms)).toBeLessThan(0.048)
      }),
      { numRuns: 2_000 },
    )
  })

  it('holds what lies above a power of 1.1, up to and with the next', () => {
    let edge = 1
    for (let bin = 1; bin <= 192; bin++) {
      const min = Math.floor(edge) + 1
      edge *= 1.1
      const max = Math.floor(edge)
      if (min > max) continue
      expect([durationBin(min), durationBin(max)]).toEqual([bin, bin])
    }
  })

  it('never falls as the duration grows', () => {
    const pairs = fc.tuple(fc.nat({ max: longest }), fc.nat({ max: longest }))
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(durationBin(Math.min(a, b))).toBeLessThanOrEqual(durationBin(Math.max(a, b)))
      }),
    )
  })

  it('is 0 for no time and for a millisecond, and 192 for a day', () => {
    expect([0, 1, 2, longest].map(durationBin)).toEqual([0, 0, 8, 192])
    expect(durationOfBin(0)).toBe(1)
  })
})
