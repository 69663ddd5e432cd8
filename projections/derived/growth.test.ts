import { describe, expect, it } from 'vitest'
import { growthRate } from './growth.ts'

describe('the growth rate', () => {
  it('is the change relative to what was before', () => {
    expect(growthRate(15, 10)).toBe(0.5)
    expect(growthRate(0, 10)).toBe(-1)
  })

  it('is null if there was nothing before', () => {
    expect(growthRate(5, 0)).toBeNull()
    expect(growthRate(0, 0)).toBeNull()
  })
})
