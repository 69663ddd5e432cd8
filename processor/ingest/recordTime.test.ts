import { describe, expect, it } from 'vitest'
import { recordTime } from './recordTime.ts'

const now = Date.UTC(2026, 0, 2, 3, 4, 5)
const dayMs = 86_400_000

describe('the time of a record', () => {
  it.each([
    ['its own, as it comes', now - 40, now - 90, now - 40],
    ['its own, long before it is taken', now - 300 * dayMs, now - 301 * dayMs, now - 300 * dayMs],
    ['its own, up to a day before its event', now - 2 * dayMs, now - dayMs, now - 2 * dayMs],
    ['its own, in the same millisecond', now, now, now],
    ['the clock here, where it has none', -1, now - 90, now],
    ['the clock here, if it is 0', 0, now - 90, now],
    ['the clock here, if it is of 1970', 5 * dayMs, now - 90, now],
    ['the clock here, if it is ahead', now + 1, now - 90, now],
    ['the clock here, if it is of 2099', Date.UTC(2099), now - 90, now],
    ['the clock here, if it is in other units', now * 1_000_000, now - 90, now],
  ])('is %s', (_what, timestamp, occurredAt, expected) => {
    expect(recordTime(timestamp, occurredAt, now)).toBe(expected)
  })
})
