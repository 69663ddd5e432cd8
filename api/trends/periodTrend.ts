import { directionsInList } from '@patterns/projections/analytics/directionsInList.ts'
import type { Direction } from '@patterns/projections/analytics/direction.ts'
import { type Metric, metricValue } from '@patterns/projections/analytics/metric.ts'
import { pointsOf } from '@patterns/projections/analytics/points.ts'
import {
  type InsufficientData,
  type TrendLine,
  trendLine,
} from '@patterns/projections/analytics/trendLine.ts'
import type { Period } from '../queries/windows/periods.ts'

/** The line of a metric over periods, which may be days of another zone; those still open are left out. */
export const periodLine = (metric: Metric, periods: readonly Period[]): TrendLine | InsufficientData => {
  const values: number[] = []
  const indices: number[] = []
  let first: number | undefined
  for (const [i, { state, status }] of periods.entries()) {
    const value = status === 'open' ? null : metricValue(metric, state)
    if (value === null) continue
    first ??= i
    values.push(value)
    indices.push(i - first)
  }
  return trendLine(pointsOf(values, indices))
}

/** The directions of lines that are shown together, in their order; undefined if there is no line. */
export const directionsOfPage = (
  lines: readonly (TrendLine | InsufficientData)[],
): readonly (Direction | undefined)[] => {
  const measured = lines.filter((line) => line.status === 'measured')
  const directions = directionsInList(measured)
  const byLine = new Map(measured.map((line, i) => [line, directions[i]!.direction]))
  return lines.map((line) => (line.status === 'measured' ? byLine.get(line) : undefined))
}
