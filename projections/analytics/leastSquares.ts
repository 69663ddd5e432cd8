import type { Points } from './points.ts'

/** A straight line through points. */
export interface Line {
  /** Change per window. */
  readonly slope: number
  /** The line's value at index 0. */
  readonly intercept: number
  /** The share of the variance that the line explains, 0…1; null if there is no variance to explain. */
  readonly rSquared: number | null
  /** The mean of the values. */
  readonly mean: number
}

/**
 * Ordinary least squares on the window index; null below two points.
 *
 * Centred sums in two passes, which keep the digits that the textbook's Σxy − n·x̄ȳ cancels away (Chan,
 * Golub, LeVeque 1983, "Algorithms for computing the sample variance", The American Statistician 37,
 * 242–247). Values are first shifted by the first one, so that equal values give exactly no slope.
 */
export const leastSquares = ({ indices, values, length }: Points): Line | null => {
  if (length < 2) return null
  const origin = values[0]!
  let indexSum = 0
  let valueSum = 0
  for (let i = 0; i < length; i++) {
    indexSum += indices[i]!
    valueSum += values[i]! - origin
  }
  const meanIndex = indexSum / length
  const meanValue = valueSum / length
  let xx = 0
  let xy = 0
  let yy = 0
  for (let i = 0; i < length; i++) {
    const x = indices[i]! - meanIndex
    const y = values[i]! - origin - meanValue
    xx += x * x
    xy += x * y
    yy += y * y
  }
  const slope = xy / xx
  return {
    slope,
    intercept: origin + (meanValue - slope * meanIndex),
    rSquared: yy === 0 ? null : Math.min(1, (xy / xx) * (xy / yy)),
    mean: origin + meanValue,
  }
}
