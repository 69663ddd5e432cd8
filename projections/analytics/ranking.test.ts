import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import reference from '../testing/reference.json' with { type: 'json' }
import { ranking } from './ranking.ts'

const named = (values: readonly (number | null)[]) => values.map((value, i) => ({ id: `p${i}`, value }))

describe('a ranking', () => {
  it.each(reference.ranks)('of $values is that of scipy', ({ values, ranks }) => {
    const ranked = ranking('quality', named(values))
    expect(values.map((_, i) => ranked.find(({ id }) => id === `p${i}`)!.rank)).toEqual(ranks)
  })

  it('puts the fastest first', () => {
    expect(ranking('duration', named([30, 10, 10, 20]))).toEqual([
      { id: 'p1', rank: 1 },
      { id: 'p2', rank: 1 },
      { id: 'p3', rank: 3 },
      { id: 'p0', rank: 4 },
    ])
  })

  it('leaves out patterns without a value', () => {
    expect(ranking('usage', named([null, 3, null]))).toEqual([{ id: 'p1', rank: 1 }])
    expect(ranking('usage', [])).toEqual([])
  })

  it('does not depend on the order of the patterns', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5 })), (values) => {
        const patterns = named(values)
        expect(ranking('usage', patterns.toReversed())).toEqual(ranking('usage', patterns))
      }),
    )
  })
})
