import { quickselect } from 'simple-statistics'
import { z95 } from '../derived/successRate.ts'
import type { Points } from './points.ts'

/** Sen's slope, per window, with its 95 % interval. */
export interface SenSlope {
  readonly slope: number
  readonly lower: number
  readonly upper: number
}

/** The slopes between all pairs of points. */
export const pairSlopes = ({ indices, values, length }: Points): number[] => {
  const slopes: number[] = []
  for (let i = 1; i < length; i++) {
    for (let j = 0; j < i; j++) slopes.push((values[i]! - values[j]!) / (indices[i]! - indices[j]!))
  }
  return slopes
}

/**
 * The slope of a rank from 1, between two ranks in proportion; beyond the ends, the end. Selecting (which
 * reorders the slopes) is three times as fast as sorting them all.
 */
const atRank = (slopes: number[], rank: number): number => {
  const within = Math.min(slopes.length, Math.max(1, rank))
  const below = Math.floor(within)
  quickselect(slopes, below - 1)
  const value = slopes[below - 1]!
  const share = within - below
  if (share === 0) return value
  let next = Infinity
  for (let i = below; i < slopes.length; i++) next = Math.min(next, slopes[i]!)
  return value + share * (next - value)
}

/**
 * Limits around the median of slopes: the M₁-th and the (M₂ + 1)-th, M₁ = (N − C)/2, M₂ = (N + C)/2,
 * where C is how far S strays from 0 without a trend. A rank between two is interpolated.
 */
export const slopeLimits = (slopes: number[], c: number): { lower: number; upper: number } => ({
  lower: atRank(slopes, (slopes.length - c) / 2),
  upper: atRank(slopes, (slopes.length + c) / 2 + 1),
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
  const slopes = pairSlopes(points)
  const slope = atRank(slopes, (slopes.length + 1) / 2)
  return { slope, ...slopeLimits(slopes, z95 * Math.sqrt(variance)) }
}
