import { describe, expect, it } from 'vitest'
import { windowMs } from '../window.ts'
import { normal, seeded } from '../testing/simulated.ts'
import type { Metric } from './metric.ts'
import { pointsOf } from './points.ts'
import { predict } from './prediction.ts'

const seriesOf = (values: readonly number[], metric: Metric = 'usage', indices?: readonly number[]) => {
  const points = pointsOf(values, indices)
  return {
    metric,
    granularity: 'day' as const,
    start: 0,
    next: (indices?.at(-1) ?? values.length - 1) + 1,
    ...points,
  }
}

describe('the prediction of the next window', () => {
  it('continues a line, and says so', () => {
    const prediction = predict(seriesOf([10, 12, 14, 16, 18, 20]))!
    expect(prediction.method).toBe('least_squares')
    expect(prediction.value).toBeCloseTo(22, 12)
    expect(prediction.interval95.lower).toBeCloseTo(22, 9)
    expect(prediction.for).toBe(6 * windowMs.day)
  })

  it('takes the last value if no method beats that', () => {
    const prediction = predict(seriesOf([5, 5, 5, 5, 5]))!
    expect(prediction).toMatchObject({
      method: 'naive',
      value: 5,
      interval80: { lower: 5, upper: 5 },
      interval95: { lower: 5, upper: 5 },
    })
  })

  it('follows a wandering level through noise with damped Holt', () => {
    const random = seeded(3)
    let level = 100
    const values = Array.from({ length: 60 }, () => {
      level += 4 * normal(random)
      return level + 6 * normal(random)
    })
    const prediction = predict(seriesOf(values))!
    expect(prediction.method).toBe('damped_holt')
    expect(Math.abs(prediction.value - level)).toBeLessThan(10)
  })

  it('has intervals from the rolling errors, by hand', () => {
    // The last value misses by 0, 1, 0; the line does too, so the simpler one stays; Holt by 0, 1, 0.455.
    // Student with 3 degrees of freedom: 3.182446 at 5 %, 1.637744 at 20 %, times √(1/3).
    const prediction = predict(seriesOf([0, 0, 0, 1, 1]))!
    expect(prediction).toMatchObject({ method: 'naive', value: 1 })
    expect(prediction.interval95.lower).toBe(0)
    expect(prediction.interval95.upper).toBeCloseTo(1 + 1.837386, 6)
    expect(prediction.interval80.lower).toBeCloseTo(1 - 0.945552, 6)
    expect(prediction.interval80.upper).toBeCloseTo(1 + 0.945552, 6)
  })

  it('needs three points', () => {
    expect(predict(seriesOf([]))).toBeNull()
    expect(predict(seriesOf([1, 2]))).toBeNull()
    expect(predict(seriesOf([1, 2, 3]))).not.toBeNull()
  })

  it('is for the window after the range, however long ago the last observation was', () => {
    const series = { ...seriesOf([1, 2, 3, 4, 5], 'duration', [0, 1, 2, 3, 4]), next: 10 }
    const prediction = predict(series)!
    expect(prediction.value).toBeCloseTo(11, 9)
    expect(prediction.for).toBe(10 * windowMs.day)
  })

  it('keeps to what the metric can be', () => {
    const falling = predict(seriesOf([50, 40, 30, 20, 10, 0]))!
    expect(falling.value).toBe(0)
    expect(falling.interval95.lower).toBe(0)
    const rising = predict(seriesOf([0.5, 0.6, 0.7, 0.8, 0.9, 1], 'success_rate'))!
    expect(rising.value).toBe(1)
    expect(rising.interval95.upper).toBe(1)
  })

  const kinds: [string, (random: () => number) => number[]][] = [
    ['white noise', (random) => Array.from({ length: 31 }, () => 1_000 + 20 * normal(random))],
    ['a noisy line', (random) => Array.from({ length: 31 }, (_, i) => 1_000 + 10 * i + 20 * normal(random))],
    [
      'a random walk',
      (random) => {
        let level = 1_000
        return Array.from({ length: 31 }, () => (level += 10 * normal(random)))
      },
    ],
  ]

  it.each(kinds)('holds what comes next as often as it says: %s', (_name, simulate) => {
    const random = seeded(7)
    const runs = 4_000
    let in80 = 0
    let in95 = 0
    for (let run = 0; run < runs; run++) {
      const values = simulate(random)
      const actual = values.pop()!
      const { interval80, interval95 } = predict(seriesOf(values))!
      if (actual >= interval80.lower && actual <= interval80.upper) in80++
      if (actual >= interval95.lower && actual <= interval95.upper) in95++
    }
    expect(Math.abs(in80 / runs - 0.8)).toBeLessThan(0.03)
    expect(Math.abs(in95 / runs - 0.95)).toBeLessThan(0.02)
  })
})
