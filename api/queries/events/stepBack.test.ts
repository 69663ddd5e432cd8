import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinRanges, stepBack } from './stepBack.ts'

describe('steps back', () => {
  it('cover the joined ranges below a position exactly once, from the newest', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.nat({ max: 30_000 }), fc.nat({ max: 500 })),
          {
            maxLength: 6,
          },
        ),
        fc.integer({ min: 1, max: 140_000 }),
        fc.integer({ min: 1, max: 200 }),
        (drawn, below, wanted) => {
          const ranges = drawn
            .map(([first, length, events]) => ({ first, last: first + length, events }))
            .toSorted((a, b) => a.first - b.first)
          const joined = joinRanges(ranges)
          let next = below
          let covered = 0
          for (;;) {
            const step = stepBack(joined, next, wanted)
            if (step.length === 0) break
            for (const [i, { first, last }] of step.entries()) {
              expect(first).toBeLessThanOrEqual(last)
              expect(last).toBeLessThan(step[i + 1]?.first ?? next)
              covered += last - first + 1
            }
            next = step[0]!.first
          }
          const expected = joined.reduce(
            (sum, { first, last }) => sum + Math.max(0, Math.min(last, below - 1) - first + 1),
            0,
          )
          expect(covered).toBe(expected)
        },
      ),
    )
  })

  it('look no further than the wanted events lie, on average and a half', () => {
    const dense = [{ first: 1, last: 1_000, events: 500 }]
    expect(stepBack(dense, 1_001, 10)).toEqual([{ first: 971, last: 1_000 }])
    const single = [10, 100, 200, 300].map((first) => ({ first, last: first, events: 1 }))
    expect(stepBack(single, 301, 2).map(({ first }) => first)).toEqual([100, 200, 300])
  })
})
