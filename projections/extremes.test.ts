import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxOf, minOf } from './extremes.ts'

describe('extremes', () => {
  it('are of the values there are, and null if there is none', () => {
    const values = fc.array(fc.option(fc.integer()))
    fc.assert(
      fc.property(values, (all) => {
        const present = all.filter((value) => value !== null)
        const none = present.length === 0
        expect(all.reduce(minOf, null)).toBe(none ? null : Math.min(...present))
        expect(all.reduce(maxOf, null)).toBe(none ? null : Math.max(...present))
      }),
    )
  })
})
