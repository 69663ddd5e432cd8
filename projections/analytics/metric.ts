import type { Duration } from '../measures/duration.ts'
import type { Outcomes } from '../measures/outcomes.ts'
import type { Quality } from '../measures/quality.ts'

export const metrics = ['usage', 'success_rate', 'quality', 'duration'] as const
export type Metric = (typeof metrics)[number]

/** The part of a window's state that metrics are made of, so that readers need not fetch the rest. */
export interface MetricState {
  readonly outcomes: Pick<Outcomes, 'uses' | 'successes' | 'partial_successes'>
  readonly quality: Pick<Quality, 'count' | 'sum'>
  readonly duration: Pick<Duration, 'count' | 'sumMs'>
}

interface MetricRule {
  /** What the values can be; predictions keep to it. */
  readonly domain: { readonly min: number; readonly max: number }
  readonly better: 'higher' | 'lower'
  /** Integer sums of which `total / count / unit` is the value, and which add up over windows and patterns. */
  readonly unit: number
  total(state: MetricState): number
  count(state: MetricState): number
}

/** Usage in uses, success rate and quality in 0…1, duration in ms. */
export const metricRules: Readonly<Record<Metric, MetricRule>> = {
  usage: {
    domain: { min: 0, max: Number.MAX_VALUE },
    better: 'higher',
    unit: 1,
    total: (state) => state.outcomes.uses,
    count: () => 1,
  },
  success_rate: {
    domain: { min: 0, max: 1 },
    better: 'higher',
    unit: 1,
    total: (state) => state.outcomes.successes + state.outcomes.partial_successes,
    count: (state) => state.outcomes.uses,
  },
  quality: {
    domain: { min: 0, max: 1 },
    better: 'higher',
    unit: 1_000_000,
    total: (state) => state.quality.sum,
    count: (state) => state.quality.count,
  },
  duration: {
    domain: { min: 0, max: Number.MAX_VALUE },
    better: 'lower',
    unit: 1,
    total: (state) => state.duration.sumMs,
    count: (state) => state.duration.count,
  },
}

/** The value of a metric in a window or range: a count, a rate, a mean; null if nothing was observed. */
export const metricValue = (metric: Metric, state: MetricState): number | null => {
  const rule = metricRules[metric]
  const count = rule.count(state)
  return count === 0 ? null : rule.total(state) / count / rule.unit
}

/** How many observations are behind the value: uses, scores or durations. */
export const sampleSize = (metric: Metric, state: MetricState): number =>
  metric === 'usage' ? state.outcomes.uses : metricRules[metric].count(state)
