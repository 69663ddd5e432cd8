import { expect, it } from 'vitest'
import { trendLine } from '../analytics/trendLine.ts'
import { createPointBuffer, pointsOf } from '../analytics/points.ts'
import type { SeriesWindow } from '../analytics/series.ts'
import { windowMs } from '../window.ts'
import { patternLine } from './patternLine.ts'

const now = Date.UTC(2026, 2, 4, 12, 30)
const midnight = Date.UTC(2026, 2, 4)
const series = { granularity: 'day', windows: 30 } as const

const window = (daysAgo: number, uses: number, successes: number): SeriesWindow => ({
  start: midnight - daysAgo * windowMs.day,
  state: {
    outcomes: { uses, successes, partial_successes: 0 },
    quality: { count: 0, sum: 0 },
    duration: { count: 0, sumMs: 0 },
  },
})
/** Used on six days of the last ten; the day before yesterday's and today's windows say so too. */
const windows = [
  window(10, 4, 1),
  window(8, 2, 1),
  window(7, 5, 3),
  window(5, 5, 4),
  window(2, 10, 9),
  window(0, 9, 9),
]

it('the line of usage begins with the first use, counts days without one, and leaves the open window out', () => {
  const firstSeen = midnight - 10 * windowMs.day
  const expected = trendLine(pointsOf([4, 0, 2, 5, 0, 5, 0, 0, 10, 0]))
  const input = { series, metric: 'usage', windows, firstSeen, now } as const
  expect(patternLine(input)).toEqual({ start: firstSeen, line: expected })
  expect(patternLine({ ...input, buffer: createPointBuffer(90) })).toEqual({
    start: firstSeen,
    line: expected,
  })
})

it('the line of a rate has points if there are uses', () => {
  const { start, line } = patternLine({ series, metric: 'success_rate', windows, firstSeen: null, now })
  expect(start).toBe(midnight - 10 * windowMs.day)
  expect(line).toEqual(trendLine(pointsOf([0.25, 0.5, 0.6, 0.8, 0.9], [0, 2, 3, 5, 8])))
})

it('a metric that was never observed has no line', () => {
  expect(patternLine({ series, metric: 'quality', windows, firstSeen: null, now }).line).toEqual({
    status: 'insufficient_data',
    points: 0,
  })
})
