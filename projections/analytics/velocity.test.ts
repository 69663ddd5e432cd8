import { describe, expect, it } from 'vitest'
import { velocity } from './velocity.ts'

describe('velocity', () => {
  it('is per day, whatever the window', () => {
    expect(velocity(2, 100, 'day')).toEqual({ perDay: 2, percentPerDay: 2 })
    expect(velocity(2, 100, 'hour').perDay).toBeCloseTo(48, 12)
    expect(velocity(14, 100, 'week')).toEqual({ perDay: 2, percentPerDay: 2 })
  })

  it('has no percentage of a mean of 0', () => {
    expect(velocity(0, 0, 'day')).toEqual({ perDay: 0, percentPerDay: null })
  })
})
