import type { Line } from './leastSquares.ts'
import type { Points } from './points.ts'

/** How much a series varies around its trend. */
export interface Volatility {
  /** In the metric's own unit. */
  readonly standardDeviation: number
  /** As a ratio of the series' mean; null if the mean is 0. */
  readonly ofMean: number | null
}

/**
 * The sample standard deviation (n − 1) of the residuals of the fitted line, so that a steady climb is not
 * called volatile. From two points on, as the line is.
 */
export const volatility = ({ indices, values, length }: Points, line: Line): Volatility => {
  let squares = 0
  for (let i = 0; i < length; i++) {
    const residual = values[i]! - (line.intercept + line.slope * indices[i]!)
    squares += residual * residual
  }
  const standardDeviation = Math.sqrt(squares / (length - 1))
  return { standardDeviation, ofMean: line.mean === 0 ? null : standardDeviation / Math.abs(line.mean) }
}
