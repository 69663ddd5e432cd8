import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addToBin,
  decodeHistogram,
  emptyHistogram,
  encodeHistogram,
  type Histogram,
  mergeHistogram,
} from './histogram.ts'

type Additions = readonly (readonly [bin: number, count: number])[]

const build = (additions: Additions): Histogram => {
  const histogram = emptyHistogram()
  for (const [bin, count] of additions) addToBin(histogram, bin, count)
  return histogram
}

const countsOf = ({ first, counts }: Histogram): Map<number, number> =>
  new Map(counts.map((count, i) => [first + i, count] as const).filter(([, count]) => count > 0))

const modelOf = (additions: Additions): Map<number, number> => {
  const model = new Map<number, number>()
  for (const [bin, count] of additions) model.set(bin, (model.get(bin) ?? 0) + count)
  return model
}

const additions = fc.array(fc.tuple(fc.nat({ max: 200 }), fc.integer({ min: 1, max: 2 ** 40 })))

describe('a histogram', () => {
  it('counts what was added to each bin', () => {
    fc.assert(
      fc.property(additions, (added) => {
        expect(countsOf(build(added))).toEqual(modelOf(added))
      }),
    )
  })

  it('keeps only the range of bins that were counted', () => {
    fc.assert(
      fc.property(
        additions.filter((added) => added.length > 0),
        (added) => {
          const { first, counts } = build(added)
          const bins = added.map(([bin]) => bin)
          expect(first).toBe(Math.min(...bins))
          expect(first + counts.length - 1).toBe(Math.max(...bins))
        },
      ),
    )
  })

  it('merges to what adding all to one gives, and leaves the other as it was', () => {
    fc.assert(
      fc.property(additions, additions, (a, b) => {
        const into = build(a)
        const from = build(b)
        mergeHistogram(into, from)
        expect(countsOf(into)).toEqual(modelOf([...a, ...b]))
        expect(from).toEqual(build(b))
      }),
    )
  })

  it('becomes bytes and back again', () => {
    fc.assert(
      fc.property(additions, (added) => {
        const histogram = build(added)
        expect(decodeHistogram(encodeHistogram(histogram))).toEqual(histogram)
      }),
    )
  })

  it('becomes the same bytes in whatever order, and by whatever merges, it was counted', () => {
    const shuffled = additions.chain((added) =>
      fc.tuple(
        fc.constant(added),
        fc.shuffledSubarray(added, { minLength: added.length, maxLength: added.length }),
        fc.nat({ max: added.length }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([added, other, cut]) => {
        const merged = build(other.slice(cut))
        mergeHistogram(merged, build(other.slice(0, cut)))
        expect(encodeHistogram(merged)).toEqual(encodeHistogram(build(added)))
      }),
    )
  })

  it('is first bin and counts in LEB128, and nothing if nothing was counted', () => {
    expect(encodeHistogram(emptyHistogram())).toBeNull()
    expect(decodeHistogram(null)).toEqual(emptyHistogram())
    expect(
      encodeHistogram(
        build([
          [3, 1],
          [5, 300],
        ]),
      ),
    ).toEqual(Buffer.from([3, 1, 0, 0xac, 0x02]))
    expect(encodeHistogram(build([[150, 2 ** 35]]))).toEqual(
      Buffer.from([0x96, 0x01, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]),
    )
  })

  it('counts exactly up to 2^53', () => {
    const histogram = build([
      [7, Number.MAX_SAFE_INTEGER - 1],
      [7, 1],
    ])
    expect(decodeHistogram(encodeHistogram(histogram)).counts).toEqual([Number.MAX_SAFE_INTEGER])
  })
})
