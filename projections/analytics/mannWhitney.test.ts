import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addToBin, emptyHistogram } from '../histogram.ts'
import { expectNearly } from '../testing/nearly.ts'
import reference from '../testing/reference.json' with { type: 'json' }
import { mannWhitney } from './mannWhitney.ts'

const histogramOf = (bins: readonly number[]) => {
  const histogram = emptyHistogram()
  for (const bin of bins) addToBin(histogram, bin, 1)
  return histogram
}

describe('the Mann–Whitney test of histograms', () => {
  it.each(reference.mann_whitney)(
    'finds what scipy finds in the single values',
    ({ first, second, u, p }) => {
      const result = mannWhitney(histogramOf(first), histogramOf(second))!
      expectNearly(result.superiority, u / (first.length * second.length))
      expectNearly(result.p, p)
    },
  )

  it('does not exist if one is empty', () => {
    const some = histogramOf([3])
    expect(mannWhitney(emptyHistogram(), some)).toBeNull()
    expect(mannWhitney(some, emptyHistogram())).toBeNull()
  })

  it('sees no difference between equal histograms', () => {
    const same = histogramOf([4, 4, 9])
    expect(mannWhitney(same, same)).toEqual({ superiority: 0.5, p: 1 })
  })

  it('is mirrored when the two change places', () => {
    const bins = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(bins, bins, (a, b) => {
        const forward = mannWhitney(histogramOf(a), histogramOf(b))!
        const backward = mannWhitney(histogramOf(b), histogramOf(a))!
        expect(forward.superiority + backward.superiority).toBeCloseTo(1, 12)
        expect(backward.p).toBeCloseTo(forward.p, 12)
      }),
    )
  })
})
