import { windowMs, windowStart } from './window.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowRunsBetween, windowRunsOf, windowRunsOfAll, windowStarts } from './windowRuns.ts'

const hour = windowMs.hour
const hours = fc.integer({ min: -50_000, max: 500_000 })

describe('the windows of a range', () => {
  it('are weeks inside, days beside them and hours at the edges', () => {
    const at = (text: string) => Date.parse(text)
    expect(windowRunsOf({ from: at('2026-03-07T22:00Z'), to: at('2026-03-24T02:00Z') })).toEqual([
      { granularity: 'hour', start: at('2026-03-07T22:00Z'), end: at('2026-03-08T00:00Z') },
      { granularity: 'day', start: at('2026-03-08T00:00Z'), end: at('2026-03-09T00:00Z') },
      { granularity: 'week', start: at('2026-03-09T00:00Z'), end: at('2026-03-23T00:00Z') },
      { granularity: 'day', start: at('2026-03-23T00:00Z'), end: at('2026-03-24T00:00Z') },
      { granularity: 'hour', start: at('2026-03-24T00:00Z'), end: at('2026-03-24T02:00Z') },
    ])
  })

  it('cover every hour of any range once, with true windows, and few of them', () => {
    fc.assert(
      fc.property(hours, fc.integer({ min: 1, max: 5_000 }), (start, length) => {
        const range = { from: start * hour, to: (start + length) * hour }
        let at = range.from
        let windows = 0
        for (const run of windowRunsOf(range)) {
          expect(run.start).toBe(at)
          for (const window of windowStarts(run)) {
            expect(windowStart(window, run.granularity)).toBe(window)
            at = window + windowMs[run.granularity]
            windows++
          }
          expect(run.end).toBe(at)
        }
        expect(at).toBe(range.to)
        expect(windows).toBeLessThanOrEqual(2 * 23 + 2 * 6 + Math.floor(length / 168))
      }),
    )
  })

  it('share runs where ranges touch, and straddle no two of them', () => {
    const day = windowMs.day
    const days = [0, 1, 2].map((i) => ({ from: i * day, to: (i + 1) * day }))
    expect(windowRunsOfAll(days)).toEqual([{ granularity: 'day', start: 0, end: 3 * day }])
  })

  it('lie on one side of each instant that is named, in whatever order and however often', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 2, maxLength: 6 }),
        (instants) => {
          const cuts = instants.map((at) => at * hour)
          const windows = windowRunsBetween(cuts).flatMap((run) =>
            [...windowStarts(run)].map((from) => ({ from, to: from + windowMs[run.granularity] })),
          )
          expect(windows.filter(({ from, to }) => cuts.some((cut) => from < cut && cut < to))).toEqual([])
          const length = windows.reduce((sum, { from, to }) => sum + to - from, 0)
          expect(length).toBe(Math.max(...cuts) - Math.min(...cuts))
        },
      ),
    )
  })
})
