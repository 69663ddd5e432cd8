import type { Forecaster } from './forecaster.ts'

/**
 * Forecasts by the least-squares line through all points so far, in constant time a point: means and
 * centred sums are updated as in Welford, B. P. (1962), "Note on a method for calculating corrected sums
 * of squares and products", Technometrics 4, 419–420. With one point, the line is flat.
 */
export const createExpandingLine = (firstIndex: number, firstValue: number): Forecaster => {
  let count = 1
  let meanIndex = firstIndex
  let meanValue = firstValue
  let xx = 0
  let xy = 0
  return {
    forecast: (index) => meanValue + (count === 1 ? 0 : (xy / xx) * (index - meanIndex)),
    learn(index, value) {
      count++
      const x = index - meanIndex
      meanIndex += x / count
      meanValue += (value - meanValue) / count
      xx += x * (index - meanIndex)
      xy += x * (value - meanValue)
    },
  }
}
