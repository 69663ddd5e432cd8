import type { Metric } from '@patterns/projections/analytics/metric.ts'
import type { SeededEvent } from '@patterns/testing/seedProjections.ts'
import { expect } from 'vitest'
import { ofPattern } from './recount.ts'
import {
  recountAdjusted,
  recountLine,
  recountMannKendall,
  recountSen,
  recountSeries,
  type Size,
} from './recountTrends.ts'
import type { Answer } from './startTestApi.ts'

const daysPerWindow = { hour: 1 / 24, day: 1, week: 7 }

/** Compares a list, over all patterns or those of a type, with what the events say. */
export const expectTrends = (
  events: readonly SeededEvent[],
  body: Answer['body'],
  type: Metric,
  of: readonly string[],
): void => {
  const size = body.granularity as Size
  const series = new Map(
    of.map((id) => [id, recountSeries(ofPattern(events, id), type, size, body)] as const),
  )
  const observed = [...series].filter(([, points]) => points.length > 0)
  const measured = observed.filter(([, points]) => points.length >= 5)
  expect(body.total_count).toBe(measured.length)
  expect(body.insufficient_data_count).toBe(observed.length - measured.length)
  const ps = new Map(measured.map(([id, points]) => [id, recountMannKendall(points)]))
  const adjusted = recountAdjusted([...ps.values()])
  for (const trend of body.trends) {
    const at = measured.findIndex(([id]) => id === trend.pattern_id)
    expect(at).toBeGreaterThanOrEqual(0)
    const [id, points] = measured[at]!
    const { slope, intercept, rSquared, mean } = recountLine(points)
    expect(trend.points).toBe(points.length)
    expect(trend.slope).toBeCloseTo(slope, 7)
    expect(trend.intercept).toBeCloseTo(intercept, 6)
    expect(trend.mean).toBeCloseTo(mean, 9)
    if (trend.r_squared !== null) expect(trend.r_squared).toBeCloseTo(rSquared, 7)
    expect(trend.velocity.per_day).toBeCloseTo(slope / daysPerWindow[size], 7)
    if (mean === 0) expect(trend.velocity.percent_per_day).toBeNull()
    else expect(trend.velocity.percent_per_day).toBeCloseTo((100 * slope) / daysPerWindow[size] / mean, 6)
    expect(trend.p_value).toBeCloseTo(ps.get(id)!, 7)
    expect(trend.trend_confidence).toBeCloseTo(1 - ps.get(id)!, 7)
    expect(trend.adjusted_p_value).toBeCloseTo(adjusted[at]!, 7)
    expect(trend.robust_slope.slope).toBeCloseTo(recountSen(points), 9)
    expect(trend.robust_slope.lower).toBeLessThanOrEqual(trend.robust_slope.slope)
    expect(trend.robust_slope.upper).toBeGreaterThanOrEqual(trend.robust_slope.slope)
    const { lower, upper, value, interval_80 } = trend.prediction
    expect([lower, interval_80.lower, value, interval_80.upper, upper]).toEqual(
      [lower, interval_80.lower, value, interval_80.upper, upper].toSorted((a, b) => a - b),
    )
  }
}
