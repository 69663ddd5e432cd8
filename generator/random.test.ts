import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from './random.ts'
import { weightedChoice } from './weightedChoice.ts'

const draws = 100_000
const sample = (draw: () => number): { mean: number; variance: number } => {
  const values = Array.from({ length: draws }, draw)
  const mean = values.reduce((sum, value) => sum + value, 0) / draws
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws }
}

describe('random draws', () => {
  test('are a function of the seed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer()), (seed) => {
        const [a, b] = [createRandom(seed), createRandom(seed)]
        expect(Array.from({ length: 20 }, a.bits)).toEqual(Array.from({ length: 20 }, b.bits))
      }),
    )
  })

  test('of unit are uniform: mean 1/2, variance 1/12', () => {
    const { mean, variance } = sample(createRandom('unit').unit)
    expect(mean).toBeCloseTo(1 / 2, 2)
    expect(variance).toBeCloseTo(1 / 12, 2)
  })

  test('of normal have mean 0 and variance 1', () => {
    const { mean, variance } = sample(createRandom('normal').normal)
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.abs(variance - 1)).toBeLessThan(0.03)
  })

  test('of exponential have mean 1 and variance 1', () => {
    const { mean, variance } = sample(createRandom('exponential').exponential)
    expect(Math.abs(mean - 1)).toBeLessThan(0.02)
    expect(Math.abs(variance - 1)).toBeLessThan(0.05)
  })
})

describe('a weighted choice', () => {
  test('never falls on a weight of 0 and always on an index', () => {
    const weights = fc
      .array(fc.integer({ min: 0, max: 5 }), { minLength: 1 })
      .filter((all) => all.some(Boolean))
    fc.assert(
      fc.property(weights, fc.string(), (all, seed) => {
        const [choose, random] = [weightedChoice(all), createRandom(seed)]
        for (let i = 0; i < 50; i++) expect(all[choose(random)]).toBeGreaterThan(0)
      }),
    )
  })

  test('falls on each index in proportion to its weight', () => {
    const [choose, random] = [weightedChoice([1, 0, 3, 6]), createRandom('weights')]
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < draws; i++) counts[choose(random)]! += 1
    expect(counts.map((count) => Math.round((count / draws) * 10))).toEqual([1, 0, 3, 6])
  })

  test.each([[[]], [[0, 0]]])('is refused among the weights %j', (weights) => {
    expect(() => weightedChoice(weights)).toThrow(RangeError)
  })
})
