import { UTCDate } from '@date-fns/utc'
import { addDays } from 'date-fns/addDays'
import { addHours } from 'date-fns/addHours'
import { addWeeks } from 'date-fns/addWeeks'
import { startOfDay } from 'date-fns/startOfDay'
import { startOfHour } from 'date-fns/startOfHour'
import { startOfISOWeek } from 'date-fns/startOfISOWeek'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { granularities, graceMs, windowEnd, windowMs, windowStart, windowStatus } from './window.ts'

const startsOf = { hour: startOfHour, day: startOfDay, week: startOfISOWeek }
const next = { hour: addHours, day: addDays, week: addWeeks }

/** Times of every year that an event can have, and the instants about each midnight and Monday. */
const times = fc.oneof(
  fc.integer({ min: Date.UTC(-1, 0, 1), max: Date.UTC(10_000, 0, 1) }),
  fc
    .tuple(fc.integer({ min: -20_000, max: 40_000 }), fc.integer({ min: -1, max: 1 }))
    .map(([day, edge]) => day * 86_400_000 + edge),
)

describe.each(granularities)('the %s that holds a time', (granularity) => {
  it('begins and ends where the calendar says', () => {
    fc.assert(
      fc.property(times, (time) => {
        const start = startsOf[granularity](new UTCDate(time))
        expect(windowStart(time, granularity)).toBe(start.getTime())
        expect(windowEnd(start.getTime(), granularity)).toBe(next[granularity](start, 1).getTime())
      }),
      { numRuns: 1_000 },
    )
  })

  it('begins at or before it and ends after it', () => {
    fc.assert(
      fc.property(times, (time) => {
        const start = windowStart(time, granularity)
        expect(start).toBeLessThanOrEqual(time)
        expect(windowEnd(start, granularity)).toBeGreaterThan(time)
        expect(windowEnd(start, granularity) - start).toBe(windowMs[granularity])
      }),
    )
  })

  it('is the one that holds its hour: days and weeks are made of whole hours', () => {
    fc.assert(
      fc.property(times, (time) => {
        expect(windowStart(windowStart(time, 'hour'), granularity)).toBe(windowStart(time, granularity))
      }),
    )
  })
})

describe('a week', () => {
  it('begins on Monday', () => {
    const sunday = Date.UTC(2026, 0, 4, 23, 59, 59, 999)
    expect(new Date(windowStart(sunday, 'week')).toISOString()).toBe('2025-12-29T00:00:00.000Z')
    expect(new Date(windowStart(sunday + 1, 'week')).toISOString()).toBe('2026-01-05T00:00:00.000Z')
  })
})

describe('a window', () => {
  const end = Date.UTC(2026, 0, 2)

  const none = { first: null, last: null }
  const inTime = { first: end - 7, last: end + graceMs }
  const late = { first: end - 7, last: end + graceMs + 1 }
  const longAfter = end + 100 * graceMs
  const settlesAt = longAfter + 2 * graceMs
  const inOneGo = { first: longAfter + 7, last: settlesAt }
  const inTwo = { first: longAfter + 7, last: settlesAt + 1 }

  it.each([
    ['open', 'before its end', none, end - 1],
    ['open', 'in the hour after its end', inTime, end + graceMs - 1],
    ['settled', 'an hour after its end', inTime, end + graceMs],
    ['settled', 'an hour after its end, where nothing came', none, end + graceMs],
    ['restated', 'where an event came after that', late, end + graceMs + 1],
    [
      'open',
      'in the hour of its first event and the next, where that came long after',
      inOneGo,
      settlesAt - 1,
    ],
    ['settled', 'after these hours, where all came in them', inOneGo, settlesAt],
    ['restated', 'where an event came after these hours', inTwo, settlesAt + 1],
  ])('is %s %s', (status, _when, recorded, now) => {
    expect(windowStatus(end, recorded, now)).toBe(status)
  })
})
