import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFigureReader, dropBefore, emptyFigures, hasWindow, putWindow } from './windowFigures.ts'

const counts = fc.nat({ max: 1_000 })
const windows = fc.record({
  start: fc.integer({ min: -40, max: 40 }),
  state: fc.record({
    outcomes: fc.record({ uses: counts, successes: counts, partial_successes: counts }),
    quality: fc.record({ count: counts, sum: fc.maxSafeInteger() }),
    duration: fc.record({ count: counts, sumMs: fc.maxSafeInteger() }),
  }),
})

it('figures are the last ones put in for each window, in order of start, from the horizon on', () => {
  fc.assert(
    fc.property(fc.array(windows, { maxLength: 60 }), fc.integer({ min: -50, max: 50 }), (put, horizon) => {
      const figures = emptyFigures()
      for (const { start, state } of put) putWindow(figures, start, state)
      dropBefore(figures, horizon)
      const expected = [...new Map(put.map((window) => [window.start, window.state]))]
        .filter(([start]) => start >= horizon)
        .toSorted(([a], [b]) => a - b)
        .map(([start, { outcomes, quality, duration }]) => ({
          start,
          state: {
            outcomes: {
              uses: outcomes.uses,
              // Both kinds count as success, so they are kept as one.
              successes: outcomes.successes + outcomes.partial_successes,
              partial_successes: 0,
            },
            quality,
            duration,
          },
        }))
      expect(createFigureReader()(figures)).toEqual(expected)
      for (let start = -40; start <= 40; start++) {
        expect(hasWindow(figures, start)).toBe(expected.some((window) => window.start === start))
      }
    }),
  )
})
