import type { Interval } from '../derived/successRate.ts'
import { windowMs } from '../window.ts'
import { createDampedHolt } from './dampedHolt.ts'
import { studentBound } from './distributions.ts'
import { createExpandingLine } from './expandingLine.ts'
import { createNaiveForecaster, type Forecaster } from './forecaster.ts'
import { metricRules } from './metric.ts'
import type { Series } from './series.ts'

export type PredictionMethod = 'naive' | 'damped_holt' | 'least_squares'

/** What the next window is expected to hold. */
export interface Prediction {
  readonly method: PredictionMethod
  readonly value: number
  readonly interval80: Interval
  readonly interval95: Interval
  /** The start of the window that is predicted, epoch milliseconds. */
  readonly for: number
}

/**
 * How many points come before the first forecast that is judged: two, since fewer show no line, and in longer
 * series a third of them, since a line through two points is not what the last forecast rests on.
 */
const pointsToStart = (length: number): number => Math.max(2, Math.floor(length / 3))

/** Student's bound would be half of the cost of a prediction; there is one for each count of errors, so few. */
const remembered = (outside: number): ((errors: number) => number) => {
  const bounds = new Map<number, number>()
  return (errors) => {
    const known = bounds.get(errors)
    if (known !== undefined) return known
    const bound = studentBound(outside, errors)
    bounds.set(errors, bound)
    return bound
  }
}
const bound80 = remembered(0.2)
const bound95 = remembered(0.05)

/**
 * The next window's value by damped Holt or by the least-squares line, whichever had the lower squared
 * one-step errors over the series so far, each forecast made from the points before it alone (rolling
 * origin: Tashman, L. J. (2000), "Out-of-sample tests of forecasting accuracy", International Journal of
 * Forecasting 16, 437–450); naive, the last value, if neither beats it. Null below three points.
 *
 * The intervals are value ± t·√(mean squared error), t by Student with as many degrees of freedom as there
 * were errors: exact for independent normal errors around 0, and wide if there were few. All is clamped
 * to what the metric can be.
 */
export const predict = (series: Series): Prediction | null => {
  const { indices, values, length, next } = series
  const start = pointsToStart(length)
  if (length <= start) return null
  const index = indices[0]!
  const value = values[0]!
  const methods: readonly [PredictionMethod, Forecaster][] = [
    ['naive', createNaiveForecaster(value)],
    ['damped_holt', createDampedHolt(index, value)],
    ['least_squares', createExpandingLine(index, value)],
  ]
  let chosen = { method: methods[0]![0], value: 0, squaredErrors: Infinity }
  for (const [method, forecaster] of methods) {
    let squaredErrors = 0
    for (let i = 1; i < length; i++) {
      if (i >= start) squaredErrors += (values[i]! - forecaster.forecast(indices[i]!)) ** 2
      forecaster.learn(indices[i]!, values[i]!)
    }
    // Strictly lower, so that the simpler method stays if two are equally good.
    if (squaredErrors < chosen.squaredErrors) {
      chosen = { method, value: forecaster.forecast(next), squaredErrors }
    }
  }
  const { min, max } = metricRules[series.metric].domain
  const clamp = (bound: number): number => Math.min(max, Math.max(min, bound))
  const errors = length - start
  const deviation = Math.sqrt(chosen.squaredErrors / errors)
  const around = (bounds: (errors: number) => number): Interval => {
    const margin = bounds(errors) * deviation
    return { lower: clamp(chosen.value - margin), upper: clamp(chosen.value + margin) }
  }
  return {
    method: chosen.method,
    value: clamp(chosen.value),
    interval80: around(bound80),
    interval95: around(bound95),
    for: series.start + next * windowMs[series.granularity],
  }
}
