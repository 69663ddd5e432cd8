import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { granularities, windowMs } from '../window.ts'
import { directionsInList } from './directionsInList.ts'
import { expectFinite } from '../testing/nearly.ts'
import { binomial, normal, poisson, seeded } from '../testing/simulated.ts'
import { type Metric, metrics } from './metric.ts'
import { createPointBuffer, pointsOf } from './points.ts'
import { createSeries, type Series } from './series.ts'
import { trend } from './trend.ts'
import { type TrendLine, trendLine } from './trendLine.ts'

const day = windowMs.day
const monday = Date.UTC(2026, 0, 5)

const seriesOf = (values: readonly number[], metric: Metric = 'usage'): Series => ({
  metric,
  granularity: 'day',
  start: monday,
  next: values.length,
  ...pointsOf(values),
})

const measured = (series: Series): TrendLine => {
  const line = trendLine(series)
  if (line.status !== 'measured') throw new Error('too short')
  return line
}

describe('the trend of a series', () => {
  it('says all there is to say of ten days, by hand', () => {
    const result = trend(seriesOf([10, 12, 14, 16, 18, 20, 22, 24, 26, 28]))
    expect(result).toMatchObject({
      status: 'measured',
      points: 10,
      span: 9,
      start: monday,
      slope: 2,
      intercept: 10,
      rSquared: 1,
      mean: 19,
      s: 45,
      velocity: { perDay: 2, percentPerDay: 200 / 19 },
      direction: 'increasing',
      robustSlope: { slope: 2, lower: 2, upper: 2 },
      movingAverage: [null, null, null, null, null, null, 16, 18, 20, 22],
      prediction: { method: 'least_squares', for: monday + 10 * day },
    })
    if (result.status !== 'measured') throw new Error('too short')
    expect(result.confidence).toBe(1 - result.p)
    expect(result.prediction!.value).toBeCloseTo(30, 12)
  })

  it('is not invented below five points', () => {
    for (const values of [[], [1], [1, 2, 3, 4]]) {
      expect(trend(seriesOf(values))).toEqual({ status: 'insufficient_data', points: values.length })
    }
    expect(trend(seriesOf([1, 2, 3, 4, 5])).status).toBe('measured')
  })

  it('of equal values is stable, with no confidence that it moves', () => {
    expect(trend(seriesOf([7, 7, 7, 7, 7, 7]))).toMatchObject({
      slope: 0,
      rSquared: null,
      p: 1,
      confidence: 0,
      direction: 'stable',
      robustSlope: { slope: 0, lower: 0, upper: 0 },
      volatility: { standardDeviation: 0, ofMean: 0 },
      prediction: { method: 'naive', value: 7 },
    })
  })

  const count = fc.nat({ max: 1_000_000_000 })
  const state = fc.record({
    outcomes: fc.tuple(count, count, count).map(([successes, partial_successes, others]) => ({
      uses: successes + partial_successes + others,
      successes,
      partial_successes,
    })),
    quality: fc.nat({ max: 1_000_000 }).map((scores) => ({ count: scores, sum: scores * 999_999 })),
    duration: fc.nat({ max: 1_000_000 }).map((uses) => ({ count: uses, sumMs: uses * 86_399_999 })),
  })
  const histories = fc
    .tuple(
      fc.array(fc.record({ at: fc.nat({ max: 60 }), state }), { maxLength: 40 }),
      fc.constantFrom(...metrics),
      fc.constantFrom(...granularities),
      fc.boolean(),
    )
    .map(([windows, metric, granularity, includeOpen]) => {
      const starts = new Map(windows.map((window) => [window.at, window.state]))
      return {
        metric,
        granularity,
        includeOpen,
        range: { from: monday, to: monday + 60 * windowMs[granularity] },
        now: monday + 58 * windowMs[granularity],
        windows: [...starts]
          .toSorted(([a], [b]) => a - b)
          .map(([at, each]) => ({ start: monday + at * windowMs[granularity], state: each })),
      }
    })

  it('has no NaN and no infinity, whatever happened', () => {
    fc.assert(fc.property(histories, (history) => expectFinite(trend(createSeries(history)))))
  })

  it('is the same to the last bit from the same windows, with new arrays or used ones', () => {
    const buffer = createPointBuffer(100)
    fc.assert(
      fc.property(histories, (history) => {
        const once = JSON.stringify(trend(createSeries(history)))
        expect(JSON.stringify(trend(createSeries({ ...history, buffer })))).toBe(once)
      }),
    )
  })

  it('keeps in its materialized line exactly what it says itself', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const series = createSeries(history)
        expect(trend(series)).toMatchObject({ ...trendLine(series) })
      }),
    )
  })
})

describe('over simulated patterns', () => {
  /** 30 days of a metric whose true level moves by `drift` of itself each day. */
  const kinds: Record<string, (random: () => number, drift: number) => Series> = {
    'rarely used': (random, drift) =>
      seriesOf(Array.from({ length: 30 }, (_, i) => poisson(random, 0.7 * (1 + drift * i)))),
    'much used': (random, drift) =>
      seriesOf(Array.from({ length: 30 }, (_, i) => poisson(random, 40 * (1 + drift * i)))),
    'with a weekly rhythm': (random, drift) =>
      seriesOf(
        Array.from({ length: 30 }, (_, i) => poisson(random, (i % 7 < 5 ? 50 : 10) * (1 + drift * i))),
      ),
    'success rates': (random, drift) =>
      seriesOf(
        Array.from({ length: 30 }, (_, i) => binomial(random, 20, 0.4 * (1 + drift * i)) / 20),
        'success_rate',
      ),
    'durations with a long tail': (random, drift) =>
      seriesOf(
        Array.from({ length: 30 }, (_, i) => 500 * (1 + drift * i) * Math.exp(0.3 * normal(random))),
        'duration',
      ),
    'only five points': (random, drift) =>
      seriesOf(Array.from({ length: 5 }, (_, i) => 100 * (1 + drift * i) + 5 * normal(random))),
  }
  const names = Object.keys(kinds)
  const directionsOf = (name: string, drift: number, runs: number) => {
    const random = seeded(2026)
    return Array.from({ length: runs }, () => {
      const result = trend(kinds[name]!(random, drift))
      return result.status === 'measured' ? result.direction : 'stable'
    })
  }

  it('calls at most 5 % of 10,000 patterns trending if none is', () => {
    const each = Math.ceil(10_000 / names.length)
    const called = names.map(
      (name) => directionsOf(name, 0, each).filter((verdict) => verdict !== 'stable').length,
    )
    const total = called.reduce((sum, count) => sum + count, 0)
    expect(total / (each * names.length)).toBeLessThanOrEqual(0.05)
    for (const count of called) expect(count / each).toBeLessThanOrEqual(0.065)
  })

  it('calls none of them trending in one list', () => {
    const random = seeded(2027)
    const lines = Array.from({ length: 10_000 }, (_, i) => measured(kinds[names[i % 5]!]!(random, 0)))
    expect(directionsInList(lines).filter(({ direction }) => direction !== 'stable')).toEqual([])
  })

  it('finds real trends, and gives them the right sign', () => {
    for (const name of ['much used', 'with a weekly rhythm', 'success rates', 'durations with a long tail']) {
      const up = directionsOf(name, 0.04, 300)
      const down = directionsOf(name, -0.025, 300)
      expect(up.filter((verdict) => verdict === 'increasing').length, name).toBeGreaterThan(285)
      expect(down.filter((verdict) => verdict === 'decreasing').length, name).toBeGreaterThan(285)
      expect(up).not.toContain('decreasing')
      expect(down).not.toContain('increasing')
    }
  })

  it('keeps false calls in a mixed list below 5 % of all calls', () => {
    const random = seeded(2028)
    const isReal = (i: number) => i % 10 === 0
    const lines = Array.from({ length: 10_000 }, (_, i) =>
      measured(kinds['much used']!(random, isReal(i) ? 0.03 : 0)),
    )
    const called = directionsInList(lines).flatMap(({ direction }, i) => (direction === 'stable' ? [] : [i]))
    expect(called.filter(isReal).length).toBeGreaterThan(900)
    expect(called.filter((i) => !isReal(i)).length / called.length).toBeLessThanOrEqual(0.06)
  })
})
