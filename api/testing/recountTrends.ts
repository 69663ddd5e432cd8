import type { SeededEvent } from '@patterns/testing/seedProjections.ts'
import { countUses, durations, mean, scores, successRate } from './recount.ts'

/**
 * Trends, counted again from the events by the formulas as textbooks print them, without any of the code under test.
 */

const windowLength = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 } as const
export type Size = keyof typeof windowLength

export interface Point {
  /** Windows since the first point. */
  readonly x: number
  readonly y: number
}

const valueOf = (events: readonly SeededEvent[], metric: string): number | null => {
  if (metric === 'usage') return countUses(events)
  if (metric === 'success_rate') return successRate(events)
  return mean(metric === 'quality' ? scores(events) : durations(events))
}

/** The points of a metric of one pattern's events in windows of UTC from `from` to `to`. */
export const recountSeries = (
  events: readonly SeededEvent[],
  metric: string,
  size: Size,
  { from, to }: { readonly from: string; readonly to: string },
): Point[] => {
  const length = windowLength[size]
  const first = Math.min(...events.map(({ event }) => event.occurredAt))
  const points: { at: number; y: number }[] = []
  for (let at = Date.parse(from); at < Date.parse(to); at += length) {
    if (at + length <= first) continue
    const inWindow = events.filter(
      ({ event }) => event.occurredAt >= at && event.occurredAt < Math.min(at + length, Date.parse(to)),
    )
    const y = valueOf(inWindow, metric)
    if (y !== null) points.push({ at, y })
  }
  // A pattern with zeros only was not used.
  if (metric === 'usage' && points.every(({ y }) => y === 0)) return []
  return points.map(({ at, y }) => ({ x: (at - points[0]!.at) / length, y }))
}

/** Slope, intercept and r² by the sums of the textbook. */
export const recountLine = (points: readonly Point[]) => {
  const n = points.length
  const sum = (of: (point: Point) => number) => points.reduce((total, point) => total + of(point), 0)
  const [x, y, xx, xy, yy] = [
    sum((point) => point.x),
    sum((point) => point.y),
    sum((point) => point.x ** 2),
    sum((point) => point.x * point.y),
    sum((point) => point.y ** 2),
  ] as const
  const slope = (n * xy - x * y) / (n * xx - x * x)
  return {
    slope,
    intercept: (y - slope * x) / n,
    rSquared: (n * xy - x * y) ** 2 / ((n * xx - x * x) * (n * yy - y * y)),
    mean: y / n,
  }
}

/** How much of the standard normal lies above z: its density added up by Simpson's rule. */
const above = (z: number): number => {
  const steps = 2_000
  const width = 10 / steps
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  let sum = density(z) + density(z + 10)
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * density(z + i * width)
  return (sum * width) / 3
}

/** The two-sided p of the Mann–Kendall test, with the correction for ties and for continuity. */
export const recountMannKendall = (points: readonly Point[]): number => {
  const n = points.length
  let s = 0
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) s += Math.sign(points[j]!.y - points[i]!.y)
  const ties = [...Map.groupBy(points, ({ y }) => y).values()].map(({ length }) => length)
  const tied = ties.reduce((sum, t) => sum + t * (t - 1) * (2 * t + 5), 0)
  const variance = (n * (n - 1) * (2 * n + 5) - tied) / 18
  if (s === 0 || variance === 0) return 1
  return 2 * above((Math.abs(s) - 1) / Math.sqrt(variance))
}

/** Benjamini and Hochberg's adjusted p-values: for each, the smallest p·n/rank of those not below it. */
export const recountAdjusted = (all: readonly number[]): number[] =>
  all.map((p) => {
    const sorted = all.toSorted((a, b) => a - b)
    return Math.min(
      1,
      ...sorted.flatMap((other, i) => (other >= p ? [(other * sorted.length) / (i + 1)] : [])),
    )
  })

/** The median of the slopes between all pairs. */
export const recountSen = (points: readonly Point[]): number => {
  const slopes = points
    .flatMap((a, i) => points.slice(i + 1).map((b) => (b.y - a.y) / (b.x - a.x)))
    .toSorted((a, b) => a - b)
  const middle = slopes.length / 2
  return slopes.length % 2 === 1 ? slopes[Math.floor(middle)]! : (slopes[middle - 1]! + slopes[middle]!) / 2
}
