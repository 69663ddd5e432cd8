import { z95 } from '../derived/successRate.ts'
import type { Points } from './points.ts'

/** Sen's slope, per window, with its 95 % interval. */
export interface SenSlope {
  readonly slope: number
  readonly lower: number
  readonly upper: number
}

/** The slopes between all pairs of points, least first. */
export const pairSlopes = ({ indices, values, length }: Points): Float64Array => {
  const slopes = new Float64Array((length * (length - 1)) / 2)
  let pair = 0
  for (let i = 1; i < length; i++) {
    for (let j = 0; j < i; j++) {
      slopes[pair++] = (values[i]! - values[j]!) / (indices[i]! - indices[j]!)
    }
  }
  return slopes.toSorted()
}

/** The value of a rank from 1, between two ranks in proportion; beyond the ends, the end. */
const atRank = (sorted: Float64Array, rank: number): number => {
  const within = Math.min(sorted.length, Math.max(1, rank))
  const below = Math.floor(within)
  const value = sorted[below - 1]!
  const share = within - below
  return share === 0 ? value : value + share * (sorted[below]! - value)
}

/**
 * Limits around the median of sorted slopes: the M₁-th and the (M₂ + 1)-th, M₁ = (N − C)/2, M₂ = (N + C)/2,
 * where C is how far S strays from 0 without a trend. A rank between two is interpolated.
 */
export const slopeLimits = (sorted: Float64Array, c: number): { lower: number; upper: number } => ({
  lower: atRank(sorted, (sorted.length - c) / 2),
  upper: atRank(sorted, (sorted.length + c) / 2 + 1),
})

/**
 * Sen's slope: the median of the slopes between all pairs of points, which outliers hardly move, with a
 * 95 % interval from the variance of Mann–Kendall's S. Null below two points.
 *
 * Sen, P. K. (1968), "Estimates of the regression coefficient based on Kendall's tau", JASA 63, 1379–1389;
 * the interval by Gilbert, R. O. (1987), Statistical Methods for Environmental Pollution Monitoring, 16.5.
 * With very few points (5 without ties need rank 0.9993) a limit is the least or the greatest slope.
 */
export const senSlope = (points: Points, variance: number): SenSlope | null => {
  if (points.length < 2) return null
  const sorted = pairSlopes(points)
  const slope = atRank(sorted, (sorted.length + 1) / 2)
  return { slope, ...slopeLimits(sorted, z95 * Math.sqrt(variance)) }
}
