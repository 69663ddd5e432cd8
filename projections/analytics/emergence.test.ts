import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareEmergence, emergence } from './emergence.ts'
import reference from '../testing/reference.json' with { type: 'json' }
import { poisson, seeded } from '../testing/simulated.ts'

const known = (current: number, previous: number) => emergence({ current, previous, isNew: false })

describe('emergence', () => {
  it.each(reference.gamma_ratio)(
    'of $current after $previous has the probability that scipy integrates from both posteriors',
    ({ current, previous, ratio, probability }) => {
      const limits = current >= previous ? { growth: ratio - 1 } : { decline: 1 - ratio }
      const rises = emergence({ current, previous, isNew: false }, limits).probability
      expect(Math.abs(rises - (current >= previous ? probability : 1 - probability))).toBeLessThan(1e-9)
    },
  )

  it('is found if usage surely grew by more than half', () => {
    expect(known(60, 20)).toMatchObject({ kind: 'emerging', growth: 2, isNew: false })
  })

  it('is not claimed of growth that may be chance, or too small', () => {
    expect(known(6, 3).kind).toBe('stable')
    expect(known(1_200, 1_000).kind).toBe('stable')
  })

  it('includes patterns that did not exist before, whatever the limit', () => {
    const limits = { growth: 20 }
    expect(emergence({ current: 5, previous: 0, isNew: true }, limits)).toMatchObject({
      kind: 'emerging',
      growth: null,
      isNew: true,
    })
    expect(emergence({ current: 5, previous: 0, isNew: false }, limits).kind).toBe('stable')
    expect(emergence({ current: 4, previous: 0, isNew: true }, limits).kind).toBe('stable')
  })

  it('does not call new what was used before', () => {
    expect(emergence({ current: 5, previous: 9, isNew: true })).toMatchObject({
      isNew: false,
      kind: 'stable',
    })
  })

  it('has no growth from nothing, new or not', () => {
    expect(known(9, 0)).toMatchObject({ kind: 'emerging', growth: null, isNew: false })
    expect(known(0, 0)).toMatchObject({ kind: 'stable', growth: null })
  })

  it('finds decline beyond the limit', () => {
    expect(known(20, 60)).toMatchObject({ kind: 'declining', growth: -2 / 3 })
    expect(known(0, 10)).toMatchObject({ kind: 'declining', growth: -1 })
    expect(known(60, 80).kind).toBe('stable')
    expect(emergence({ current: 20, previous: 60, isNew: false }, { decline: 0.8 }).kind).toBe('stable')
  })

  it('needs five uses in the larger span, and as much certainty as asked for', () => {
    expect(known(0, 4).kind).toBe('stable')
    expect(emergence({ current: 4, previous: 0, isNew: false }, { uses: 4 }).kind).toBe('emerging')
    expect(emergence({ current: 60, previous: 20, isNew: false }, { probability: 0.9999 }).kind).toBe(
      'stable',
    )
  })

  it('grows surer with each use', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000 }), fc.nat({ max: 2_000 }), (previous, more) => {
        const one = known(previous + more, previous)
        const next = known(previous + more + 1, previous)
        expect(next.probability).toBeGreaterThanOrEqual(one.probability - 1e-12)
        expect(one.probability).toBeGreaterThanOrEqual(0)
        expect(next.probability).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('stays sane at a thousand million uses', () => {
    expect(known(1.6e9, 1e9).kind).toBe('emerging')
    expect(known(1.5e9, 1e9).probability).toBeCloseTo(0.5, 2)
    expect(known(1.4e9, 1e9).kind).toBe('stable')
  })

  it('is hardly ever claimed of patterns whose rate stays the same', () => {
    const random = seeded(11)
    let claims = 0
    for (let i = 0; i < 10_000; i++) {
      const mean = 1 + (i % 60)
      if (known(poisson(random, mean), poisson(random, mean)).kind !== 'stable') claims++
    }
    expect(claims / 10_000).toBeLessThan(0.01)
  })

  it('is ranked by probability, then change, then uses', () => {
    const base = known(60, 20)
    const surest = { ...base, probability: 1 }
    const fromNothing = { ...base, growth: null }
    const fallen = { ...base, growth: -3 }
    const muchUsed = { ...base, current: 600, previous: 200 }
    const list = [base, muchUsed, fallen, fromNothing, surest]
    expect(list.toSorted(compareEmergence)).toEqual([surest, fromNothing, fallen, muchUsed, base])
    expect(compareEmergence(base, { ...base })).toBe(0)
  })
})
