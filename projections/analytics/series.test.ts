import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { granularities, windowMs, windowStart } from '../window.ts'
import type { MetricState } from './metric.ts'
import { createPointBuffer } from './points.ts'
import { createSeries, type Series, type SeriesInput } from './series.ts'
import { trendRange } from './trendRange.ts'

const day = windowMs.day
const hour = windowMs.hour
const monday = Date.UTC(2026, 0, 5)

const state = (uses: number, successes = 0, partial = 0): MetricState => ({
  outcomes: { uses, successes, partial_successes: partial },
  quality: { count: uses === 3 ? 2 : 0, sum: uses === 3 ? 1_500_000 : 0 },
  duration: { count: uses === 3 ? 4 : 0, sumMs: uses === 3 ? 1_000 : 0 },
})

/** Ten days from Monday on, all closed. */
const input = (changes: Partial<SeriesInput> = {}): SeriesInput => ({
  metric: 'usage',
  granularity: 'day',
  range: { from: monday, to: monday + 10 * day },
  now: monday + 20 * day,
  windows: [
    { start: monday + 2 * day, state: state(4, 1, 2) },
    { start: monday + 5 * day, state: state(3, 3) },
  ],
  ...changes,
})

const values = ({ values: all, length }: Series) => [...all.subarray(0, length)]
const indices = ({ indices: all, length }: Series) => [...all.subarray(0, length)]

describe('a series of usage', () => {
  it('is 0 if the pattern was not used, from its first window to the end of the range', () => {
    const series = createSeries(input())
    expect(values(series)).toEqual([4, 0, 0, 3, 0, 0, 0, 0])
    expect(indices(series)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(series).toMatchObject({ metric: 'usage', granularity: 'day', start: monday + 2 * day, next: 8 })
  })

  it('begins with the range if the pattern was seen before it', () => {
    const series = createSeries(input({ firstSeen: monday - 40 * day }))
    expect(values(series)).toEqual([0, 0, 4, 0, 0, 3, 0, 0, 0, 0])
    expect(series).toMatchObject({ start: monday, next: 10 })
  })

  it('begins in the window in which the pattern was first seen, used or not', () => {
    const series = createSeries(input({ firstSeen: monday + day + 7 * hour }))
    expect(values(series)).toEqual([0, 4, 0, 0, 3, 0, 0, 0, 0])
    expect(series.start).toBe(monday + day)
  })

  it('has no point of a known pattern that has fallen silent, or that was never used, only assessed', () => {
    const assessed = [{ start: monday + 3 * day, state: state(0) }]
    for (const windows of [[], assessed]) {
      const series = createSeries(input({ windows, firstSeen: 0 }))
      expect(series).toMatchObject({ length: 0, start: monday, next: 10 })
    }
  })

  it('is 0 from the first event on if it was used once, at the end', () => {
    const windows = [{ start: monday + 9 * day, state: state(1) }]
    expect(values(createSeries(input({ windows, firstSeen: 0 })))).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
  })

  it('has no points for a pattern that is not known', () => {
    const series = createSeries(input({ windows: [] }))
    expect(series).toMatchObject({ length: 0, start: monday, next: 10 })
    expect(createSeries(input({ windows: [], firstSeen: monday + 50 * day })).length).toBe(0)
  })

  it('passes over windows outside the range, whose ends may lie inside a window', () => {
    const range = { from: monday + 2 * day + 1, to: monday + 5 * day + 1 }
    expect(values(createSeries(input({ range })))).toEqual([3])
    const earlier = { from: monday + 2 * day, to: monday + 5 * day }
    expect(values(createSeries(input({ range: earlier })))).toEqual([4, 0, 0])
  })
})

describe('a series of another metric', () => {
  it.each(['success_rate', 'quality', 'duration'] as const)(
    'has points where its value is 0: %s',
    (metric) => {
      const useless = (daysLater: number) => ({
        start: monday + daysLater * day,
        state: {
          outcomes: { uses: 2, successes: 0, partial_successes: 0 },
          quality: { count: 1, sum: 0 },
          duration: { count: 1, sumMs: 0 },
        },
      })
      const series = createSeries(input({ metric, windows: [useless(1), useless(4)] }))
      expect(values(series)).toEqual([0, 0])
      expect(indices(series)).toEqual([0, 3])
    },
  )

  it('has points only if there are observations, at their windows', () => {
    const rates = createSeries(input({ metric: 'success_rate', firstSeen: monday }))
    expect(values(rates)).toEqual([0.75, 1])
    expect(indices(rates)).toEqual([0, 3])
    expect(rates.start).toBe(monday + 2 * day)
    expect(rates.next).toBe(8)
  })

  it('is quality in 0…1 and duration in ms', () => {
    const quality = createSeries(input({ metric: 'quality' }))
    expect(values(quality)).toEqual([0.75])
    expect(quality.start).toBe(monday + 5 * day)
    expect(values(createSeries(input({ metric: 'duration' })))).toEqual([250])
  })
})

describe('open windows', () => {
  const live = (changes: Partial<SeriesInput>) =>
    createSeries(input({ range: { from: monday, to: monday + 30 * day }, ...changes }))

  it('are left out until an hour past their end', () => {
    const end = monday + 6 * day
    expect(values(live({ now: end + hour - 1 }))).toEqual([4, 0, 0])
    expect(values(live({ now: end + hour }))).toEqual([4, 0, 0, 3])
  })

  it('take part if asked for, but the future never does', () => {
    const series = live({ now: monday + 6 * day, includeOpen: true })
    expect(values(series)).toEqual([4, 0, 0, 3, 0])
    expect(series.next).toBe(5)
  })

  it('leave nothing of a range that lies ahead', () => {
    expect(live({ now: monday - 9 * day }).length).toBe(0)
  })
})

describe('the default range of a trend', () => {
  it('is 24 hours, 30 days or 12 weeks that are closed', () => {
    const now = Date.UTC(2026, 5, 17, 10, 59)
    expect(trendRange('hour', now)).toEqual({
      from: Date.UTC(2026, 5, 16, 9),
      to: Date.UTC(2026, 5, 17, 9),
    })
    expect(trendRange('day', now)).toEqual({ from: Date.UTC(2026, 4, 18), to: Date.UTC(2026, 5, 17) })
    expect(trendRange('week', now)).toEqual({ from: Date.UTC(2026, 2, 23), to: Date.UTC(2026, 5, 15) })
  })

  it('gives that many points', () => {
    const now = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) })
    fc.assert(
      fc.property(now, fc.constantFrom(...granularities), (at, granularity) => {
        const range = trendRange(granularity, at)
        const series = createSeries({
          metric: 'usage',
          granularity,
          range,
          now: at,
          windows: [{ start: range.from, state: state(1) }],
        })
        expect(series.length).toBe({ hour: 24, day: 30, week: 12 }[granularity])
        expect(windowStart(range.from, granularity)).toBe(range.from)
      }),
    )
  })
})

describe('a buffer', () => {
  it('is written into, and gives the same series as new arrays do', () => {
    const buffer = createPointBuffer(100)
    buffer.values.fill(9)
    const series = createSeries(input({ buffer }))
    expect(series.values).toBe(buffer.values)
    expect(values(series)).toEqual(values(createSeries(input())))
    expect(indices(series)).toEqual(indices(createSeries(input())))
  })

  it('that is too short is refused', () => {
    expect(() => createSeries(input({ buffer: createPointBuffer(9) }))).toThrow(RangeError)
  })
})
