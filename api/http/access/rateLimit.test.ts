import { describe, expect, it } from 'vitest'
import { takeToken } from './rateLimit.ts'

/** How many of so many requests at these times pass. */
const passed = (times: readonly number[], perMinute: number): number => {
  let bucket: Parameters<typeof takeToken>[0]
  return times.filter((time) => {
    const decision = takeToken(bucket, perMinute, time)
    if (decision.ok) bucket = decision.bucket
    return decision.ok
  }).length
}

describe('the rate of one caller', () => {
  it('may come all at once, but not more than a minute holds', () => {
    expect(passed(Array(100).fill(0), 60)).toBe(60)
  })

  it('refills evenly', () => {
    expect(passed([...Array(60).fill(0), 999, 1_000, 1_001], 60)).toBe(61)
  })

  it('never saves up more than a minute', () => {
    expect(passed([0, ...Array(100).fill(3_600_000)], 60)).toBe(61)
  })

  it('says when to come again', () => {
    const empty = { tokens: 0, at: 0 }
    expect(takeToken(empty, 60, 0)).toEqual({ ok: false, retryAfterSeconds: 1 })
    expect(takeToken(empty, 1, 0)).toEqual({ ok: false, retryAfterSeconds: 60 })
  })
})
