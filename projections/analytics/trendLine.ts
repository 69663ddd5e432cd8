import { leastSquares, type Line } from './leastSquares.ts'
import { mannKendall, type MannKendall } from './mannKendall.ts'
import type { Points } from './points.ts'

/** The honest answer to too short a series. */
export interface InsufficientData {
  readonly status: 'insufficient_data'
  readonly points: number
}

/**
 * What is kept of a series in the materialized slopes: enough to tell its direction, alone or in a list,
 * and its velocity, without its windows.
 */
export interface TrendLine extends Line, Pick<MannKendall, 's' | 'variance' | 'p'> {
  readonly status: 'measured'
  readonly points: number
  /** Windows from the first point to the last. */
  readonly span: number
}

/** Below this there is no trend to speak of. */
export const minPoints = 5

/**
 * Whether a line rests on any observation: those that do not are in no list, nor among those of which there is too
 * little. What has points is observed, be they all 0 (`series.ts` says when usage has points).
 */
export const isObserved = ({ points }: TrendLine | InsufficientData): boolean => points > 0

/** The fitted line of a series and its Mann–Kendall test; at least 5 points. */
export const trendLine = (points: Points): TrendLine | InsufficientData => {
  const { indices, length } = points
  const line = length < minPoints ? null : leastSquares(points)
  if (line === null) return { status: 'insufficient_data', points: length }
  const { slope, intercept, rSquared, mean } = line
  const { s, variance, p } = mannKendall(points)
  const span = indices[length - 1]! - indices[0]!
  return { status: 'measured', points: length, span, slope, intercept, rSquared, mean, s, variance, p }
}
