import type { Forecaster } from './forecaster.ts'

/** How quickly level and trend follow the newest value, and how the trend dies away with distance; all 0…1. */
export interface Smoothing {
  readonly level: number
  readonly trend: number
  readonly damping: number
}

/** Damping is kept to 0.8…0.98 as in Hyndman, Athanasopoulos, Forecasting: Principles and Practice, 8.2. */
const grid: readonly Smoothing[] = [0.5, 0.3, 0.7, 0.1, 0.9].flatMap((level) =>
  [0.1, 0.3].flatMap((trend) => [0.9, 0.8, 0.98].map((damping) => ({ level, trend, damping }))),
)

/**
 * Holt's linear exponential smoothing with a damped trend: forecasts level + (φ + … + φʰ)·trend.
 *
 * Holt, C. C. (1957), reprinted in International Journal of Forecasting 20 (2004), 5–10; Gardner, E. S.,
 * McKenzie, E. (1985), "Forecasting trends in time series", Management Science 31, 1237–1246; in the error
 * correction form of Hyndman et al. (2008), Forecasting with Exponential Smoothing, where a window without
 * observation passes with an error of 0. It starts at the first value, with no trend.
 *
 * Instead of one fitted set of constants it runs a grid of them side by side, and answers with the one
 * whose squared errors were least so far: what is told of a window never rests on that window.
 */
export const createDampedHolt = (
  firstIndex: number,
  firstValue: number,
  candidates: readonly Smoothing[] = grid,
): Forecaster => {
  const size = candidates.length
  const levels = new Float64Array(size).fill(firstValue)
  const trends = new Float64Array(size)
  const squaredErrors = new Float64Array(size)
  let last = firstIndex
  let best = 0

  const expected = (candidate: number, index: number): number => {
    const { damping } = candidates[candidate]!
    let trend = trends[candidate]!
    let value = levels[candidate]!
    for (let window = last; window < index; window++) {
      trend *= damping
      value += trend
    }
    return value
  }

  return {
    forecast: (index) => expected(best, index),
    learn(index, value) {
      for (let i = 0; i < size; i++) {
        const { level, trend, damping } = candidates[i]!
        const expectation = expected(i, index)
        const error = value - expectation
        let carried = trends[i]!
        for (let window = last; window < index; window++) carried *= damping
        levels[i] = expectation + level * error
        trends[i] = carried + level * trend * error
        squaredErrors[i]! += error * error
      }
      last = index
      best = 0
      for (let i = 1; i < size; i++) if (squaredErrors[i]! < squaredErrors[best]!) best = i
    },
  }
}
