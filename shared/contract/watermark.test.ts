import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advanceWatermark, noWatermark } from './watermark.ts'

describe('the watermark', () => {
  it('is the greatest min(event time, broker time) so far', () => {
    const seen = fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 1 })
    fc.assert(
      fc.property(seen, (times) => {
        const reached = times.reduce(
          (mark, [event, broker]) => advanceWatermark(mark, event, broker),
          noWatermark,
        )
        expect(reached).toBe(Math.max(...times.map(([event, broker]) => Math.min(event, broker))))
      }),
    )
  })

  it('is not carried off by a clock that runs ahead', () => {
    const hour = 3_600_000
    expect(advanceWatermark(advanceWatermark(noWatermark, 10 * hour, 2 * hour), hour, hour)).toBe(2 * hour)
  })
})
