import { describe, expect, it } from 'vitest'
import { durationOf, qualityOf } from '../testing/observed.ts'
import { type ComparedPattern, compare, type MetricComparison } from './comparison.ts'
import { expectNearly } from '../testing/nearly.ts'
import { welch } from './welch.ts'

const times = <Value>(count: number, ...values: Value[]): Value[] =>
  Array.from({ length: count }, () => values).flat()

const pattern = (
  id: string,
  [successes, partial, failures]: readonly [number, number, number],
  qualities: readonly number[],
  durations: readonly number[],
): ComparedPattern => ({
  id,
  state: {
    outcomes: {
      uses: successes + partial + failures,
      successes,
      partial_successes: partial,
      failures,
      errors: 0,
    },
    quality: qualityOf(qualities),
    duration: durationOf(durations),
  },
})

const good = pattern('good', [90, 5, 5], times(20, 900_000, 950_000), times(30, 100, 110, 120))
const poor = pattern('poor', [40, 10, 50], times(20, 600_000, 700_000), times(30, 400, 500, 600))
const fair = pattern('fair', [88, 6, 6], times(20, 890_000, 955_000), times(30, 101, 112, 118))
const unused = pattern('unused', [0, 0, 0], [], [])

describe('a comparison', () => {
  const [usage, rate, quality, duration] = compare([good, poor, fair, unused])

  it('sets the values side by side, null if there are none', () => {
    expect(rate!.values).toEqual([
      { id: 'good', value: 0.95, median: null, sampleSize: 100 },
      { id: 'poor', value: 0.5, median: null, sampleSize: 100 },
      { id: 'fair', value: 0.94, median: null, sampleSize: 100 },
      { id: 'unused', value: null, median: null, sampleSize: 0 },
    ])
    expect(usage!.values.map(({ value }) => value)).toEqual([100, 100, 100, 0])
    expect(duration!.values.map(({ value }) => value)).toEqual([110, 500, 331 / 3, null])
  })

  it('has mean, median and sample standard deviation of those with a value', () => {
    expectNearly(rate!.statistics.mean, 2.39 / 3)
    expect(rate!.statistics.median).toBe(0.94)
    expectNearly(rate!.statistics.standardDeviation, Math.sqrt(0.1981 / 3))
    expect(compare([unused], ['quality'])[0]!.statistics).toEqual({
      mean: null,
      median: null,
      standardDeviation: null,
    })
    expect(compare([good], ['usage'])[0]!.statistics).toEqual({
      mean: 100,
      median: 100,
      standardDeviation: null,
    })
  })

  it('ranks the patterns in each metric', () => {
    expect(usage!.ranking.map(({ rank }) => rank)).toEqual([1, 1, 1, 4])
    // Their medians of 110 and 112 ms are of one bin.
    expect(duration!.ranking.map(({ id, rank }) => [id, rank])).toEqual([
      ['fair', 1],
      ['good', 1],
      ['poor', 3],
    ])
  })

  it('ranks durations by the median, as it tests them by their order, whatever one of them took', () => {
    const mostlyFast = pattern('mostlyFast', [100, 0, 0], [], [...times(99, 100), 1_000_000])
    const slower = pattern('slower', [100, 0, 0], [], times(100, 200))
    const [comparison] = compare([slower, mostlyFast], ['duration'])
    expect(comparison!.values).toMatchObject([
      { id: 'slower', value: 200, median: 200 },
      { id: 'mostlyFast', value: 10_099, median: expect.closeTo(100, -1) },
    ])
    expect(comparison!.ranking).toEqual([
      { id: 'mostlyFast', rank: 1 },
      { id: 'slower', rank: 2 },
    ])
    expect(comparison!.differences).toMatchObject([{ superiority: 0.99, differs: true }])
  })

  it('tells which pairs differ beyond chance, and by which method', () => {
    const verdicts = (differences: MetricComparison['differences']) =>
      differences.map(({ first, second, differs }) => `${first} ${second} ${differs}`)
    const expected = [
      'good poor true',
      'good fair false',
      'good unused null',
      'poor fair true',
      'poor unused null',
      'fair unused null',
    ]
    for (const metric of [rate!, quality!, duration!]) expect(verdicts(metric.differences)).toEqual(expected)
    const methods = [rate!, quality!, duration!].map(({ differences: [first] }) =>
      first!.status === 'tested' ? first!.method : first!.reason,
    )
    expect(methods).toEqual(['n_minus_1_chi_squared', 'welch', 'mann_whitney'])
    expect(rate!.differences[2]).toEqual({
      first: 'good',
      second: 'unused',
      status: 'untested',
      reason: 'too_few_observations',
      adjustedP: null,
      differs: null,
    })
    expect(usage!.differences).toEqual([])
  })

  it('tests quality from the exact sums, and adjusts for the number of tested pairs', () => {
    const test = welch(
      { count: 40, mean: 0.925, variance: (40 * 0.025 ** 2) / 39 },
      { count: 40, mean: 0.65, variance: (40 * 0.05 ** 2) / 39 },
    )!
    const [difference] = quality!.differences
    expect(difference).toMatchObject({ first: 'good', second: 'poor' })
    if (difference!.status !== 'tested' || difference!.method === 'mann_whitney') throw new Error('untested')
    expectNearly(difference!.difference, 0.275)
    expectNearly(difference!.interval!.lower, test.interval.lower)
    expect(difference!.adjustedP).toBeGreaterThanOrEqual(difference!.p * 2)
  })

  it('cannot tell quality apart by one score', () => {
    const single = pattern('single', [1, 0, 0], [500_000], [])
    const flat = pattern('flat', [1, 0, 0], times(9, 400_000), [])
    const [comparison] = compare([single, flat], ['quality'])
    expect(comparison!.differences).toMatchObject([{ reason: 'too_few_observations', differs: null }])
  })

  it('tells quality apart although no score varies, if there are enough of them', () => {
    const flat = (id: string, count: number, millionths: number) =>
      pattern(id, [1, 0, 0], times(count, millionths), [])
    const verdictOf = (first: ComparedPattern, second: ComparedPattern) =>
      compare([first, second], ['quality'])[0]!.differences[0]!
    expect(verdictOf(flat('high', 100, 900_000), flat('low', 100, 500_000))).toMatchObject({
      method: 'fisher_irwin',
      difference: 0.4,
      interval: null,
      differs: true,
    })
    expect(verdictOf(flat('high', 3, 900_000), flat('low', 3, 500_000))).toMatchObject({
      p: 0.1,
      differs: false,
    })
    expect(verdictOf(flat('one', 100, 500_000), flat('other', 90, 500_000))).toMatchObject({
      difference: 0,
      p: 1,
      differs: false,
    })
  })
})
