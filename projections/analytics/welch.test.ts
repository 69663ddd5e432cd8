import { mean, sampleVariance } from 'simple-statistics'
import { describe, expect, it } from 'vitest'
import { expectNearly } from '../testing/nearly.ts'
import reference from '../testing/reference.json' with { type: 'json' }
import { welch } from './welch.ts'

const sample = (values: readonly number[]) => ({
  count: values.length,
  mean: mean([...values]),
  variance: sampleVariance([...values]),
})

describe("Welch's test", () => {
  it.each(reference.welch)('finds what scipy finds', ({ first, second, difference, lower, upper, p }) => {
    const result = welch(sample(first), sample(second))!
    expectNearly(result.difference, difference)
    expectNearly(result.interval.lower, lower)
    expectNearly(result.interval.upper, upper)
    expectNearly(result.p, p)
  })

  it('cannot judge if nothing varies', () => {
    expect(welch({ count: 5, mean: 1, variance: 0 }, { count: 5, mean: 0.5, variance: 0 })).toBeNull()
  })
})
