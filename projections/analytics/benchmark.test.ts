import { describe, expect, it } from 'vitest'
import { benchmark, categoryFigures } from './benchmark.ts'
import { expectNearly } from '../testing/nearly.ts'
import reference from '../testing/reference.json' with { type: 'json' }
import type { MetricState } from './metric.ts'

const state = (uses: number, successes: number, meanMs: number | null = null): MetricState => ({
  outcomes: { uses, successes, partial_successes: 0 },
  quality: { count: 0, sum: 0 },
  duration: { count: meanMs === null ? 0 : 2, sumMs: (meanMs ?? 0) * 2 },
})

const category = [state(10, 9), state(10, 8), state(100, 50), state(10, 8), state(4, 3)]

describe('a benchmark', () => {
  it('is done by hand: mean over patterns, pooled over uses, median, mid-rank percentile, rank', () => {
    const result = benchmark(category[1]!, categoryFigures('success_rate', category))
    if (result.status !== 'measured') throw new Error('suppressed')
    expect(result).toMatchObject({ patterns: 5, value: 0.8, categoryMedian: 0.8, rank: 2 })
    expectNearly(result.categoryMean, (0.9 + 0.8 + 0.5 + 0.8 + 0.75) / 5)
    expectNearly(result.categoryPooled, 78 / 134)
    // Worse: 0.5 and 0.75; equal: two, itself among them.
    expect(result.percentile).toBe(60)
    expectNearly(result.relativePerformance, 0.8 / 0.75 - 1)
  })

  it.each(reference.percentile_ranks)('gives $value among $values the percentile of scipy', (row) => {
    const padded = row.values.map((value) => state(value * 10, 0))
    const result = benchmark(state(row.value * 10, 0), categoryFigures('usage', padded))
    expect(result.status === 'measured' && result.percentile).toBe(row.percentile)
  })

  it('counts short durations as better', () => {
    const durations = [100, 200, 300, 400, 500].map((ms) => state(1, 1, ms))
    expect(benchmark(durations[0]!, categoryFigures('duration', durations))).toMatchObject({
      percentile: 90,
      rank: 1,
      categoryPooled: 300,
      relativePerformance: (100 - 300) / 300,
    })
  })

  it('may be against a category that the pattern is not in', () => {
    expect(benchmark(state(10, 10), categoryFigures('success_rate', category))).toMatchObject({
      patterns: 5,
      percentile: 100,
      rank: 1,
    })
  })

  it('is suppressed, with the reason, if fewer than five patterns have a value', () => {
    const mixed = [...category.slice(0, 4), state(0, 0), state(0, 0)]
    expect(benchmark(category[0]!, categoryFigures('success_rate', mixed))).toEqual({
      status: 'suppressed',
      reason: 'too_few_patterns',
      patterns: 4,
      minPatterns: 5,
      value: 0.9,
    })
    expect(benchmark(category[0]!, categoryFigures('quality', []))).toMatchObject({
      status: 'suppressed',
      patterns: 0,
      value: null,
    })
  })

  it('still tells of the category if the pattern itself has no value', () => {
    expect(benchmark(state(0, 0), categoryFigures('success_rate', category))).toMatchObject({
      value: null,
      percentile: null,
      rank: null,
      relativePerformance: null,
      categoryMedian: 0.8,
    })
  })

  it('has no relative performance if the whole category is at 0', () => {
    const silent = Array.from({ length: 5 }, () => state(0, 0))
    expect(benchmark(silent[0]!, categoryFigures('usage', silent))).toMatchObject({
      categoryMean: 0,
      categoryPooled: 0,
      percentile: 50,
      rank: 1,
      relativePerformance: null,
    })
  })
})
