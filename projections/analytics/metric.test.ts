import { describe, expect, it } from 'vitest'
import { durationMean } from '../derived/durationFigures.ts'
import { durationOf, qualityOf } from '../testing/observed.ts'
import { qualityAverage } from '../derived/qualityFigures.ts'
import { successRate } from '../derived/successRate.ts'
import { metrics, metricValue, sampleSize } from './metric.ts'

const state = {
  outcomes: { uses: 7, successes: 2, partial_successes: 3, failures: 1, errors: 1 },
  quality: qualityOf([333_333, 900_001, 123_457]),
  duration: durationOf([10, 11, 1_000]),
}
const empty = {
  outcomes: { uses: 0, successes: 0, partial_successes: 0, failures: 0, errors: 0 },
  quality: qualityOf([]),
  duration: durationOf([]),
}

describe('the value of a metric', () => {
  it('is bit for bit the derived number', () => {
    expect(metricValue('usage', state)).toBe(7)
    expect(metricValue('success_rate', state)).toBe(successRate(state.outcomes))
    expect(metricValue('quality', state)).toBe(qualityAverage(state.quality))
    expect(metricValue('duration', state)).toBe(durationMean(state.duration))
  })

  it('is null without observations, but for usage, which then is 0', () => {
    expect(metrics.map((metric) => metricValue(metric, empty))).toEqual([0, null, null, null])
  })

  it('rests on as many observations as were counted', () => {
    expect(metrics.map((metric) => sampleSize(metric, state))).toEqual([7, 7, 3, 3])
    expect(metrics.map((metric) => sampleSize(metric, empty))).toEqual([0, 0, 0, 0])
  })
})
