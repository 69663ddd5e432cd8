import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { benjaminiHochberg, holm } from './falseDiscovery.ts'
import { expectNearly } from '../testing/nearly.ts'
import reference from '../testing/reference.json' with { type: 'json' }

/** The 15 p-values of Benjamini and Hochberg (1995), section 3.2. */
const published = [
  0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
  0.759, 1,
]
const significant = (adjusted: readonly number[]) => adjusted.filter((p) => p <= 0.05).length

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 })

describe('adjusted p-values', () => {
  it('reject 4 hypotheses by Benjamini–Hochberg in its first published example', () => {
    expect(significant(benjaminiHochberg(published))).toBe(4)
    expectNearly(benjaminiHochberg(published)[3]!, (0.0095 * 15) / 4)
  })

  it('reject 3 by Holm, as Bonferroni does there', () => {
    expect(significant(holm(published))).toBe(3)
  })

  it('are those of statsmodels, ties and both ends included', () => {
    const { raw } = reference.p_values
    benjaminiHochberg(raw).forEach((p, i) => expectNearly(p, reference.p_values.benjamini_hochberg[i]!))
    holm(raw).forEach((p, i) => expectNearly(p, reference.p_values.holm[i]!))
  })

  it('of none are none, and of one the one itself', () => {
    for (const adjust of [benjaminiHochberg, holm]) {
      expect(adjust([])).toEqual([])
      expect(adjust([0.03])).toEqual([0.03])
    }
  })

  it('are never below the raw one, at most 1, and Holm is the stricter', () => {
    fc.assert(
      fc.property(pValues, (raw) => {
        const strict = holm(raw)
        benjaminiHochberg(raw).forEach((p, i) => {
          expect(p).toBeGreaterThanOrEqual(raw[i]! * (1 - 1e-15))
          expect(strict[i]).toBeGreaterThanOrEqual(p * (1 - 1e-15))
          expect(strict[i]).toBeLessThanOrEqual(1)
        })
      }),
    )
  })

  it('go with their p-value, wherever in the list it stands', () => {
    fc.assert(
      fc.property(pValues, (raw) => {
        for (const adjust of [benjaminiHochberg, holm]) {
          expect(adjust(raw.toReversed()).toReversed()).toEqual(adjust(raw))
        }
      }),
    )
  })
})
