import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSegmentCache, type UnpackedSegment } from './segmentCache.ts'

/** A segment of a byte for each position, and its id. */
const segment = (first: number, last: number): UnpackedSegment => ({
  first,
  last,
  ids: Buffer.alloc(last - first + 1),
  raw: Buffer.alloc(0),
})

describe('a cache of segments', () => {
  it('are found by any position that they hold, and hold no other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 2 }), fc.integer({ min: 1, max: 40 }), fc.nat({ max: 9 })), {
          maxLength: 20,
        }),
        fc.nat({ max: 6_000 }),
        (drawn, maxBytes) => {
          const cache = createSegmentCache(maxBytes)
          for (const [shard, first, length] of drawn) {
            cache.put(shard, segment(first, first + length))
            for (let position = 0; position < 60; position++) {
              const found = cache.find(shard, position)
              if (found === undefined) continue
              expect(found.first).toBeLessThanOrEqual(position)
              expect(found.last).toBeGreaterThanOrEqual(position)
              const given = drawn.filter(([ofShard]) => ofShard === shard)
              expect(given.map(([, start, size]) => [start, start + size])).toContainEqual([
                found.first,
                found.last,
              ])
            }
          }
        },
      ),
    )
  })

  it('go when they take too much together, the least recently used first', () => {
    const kept = createSegmentCache(1_540)
    for (const first of [1, 11, 21]) kept.put(0, segment(first, first + 9))
    expect(kept.find(0, 5)).toBeDefined()
    kept.put(1, segment(1, 10))
    expect([5, 15, 25].map((position) => kept.find(0, position)?.first)).toEqual([1, undefined, 21])
    kept.put(0, segment(2_000, 4_000))
    expect(kept.find(0, 3_000)).toBeUndefined()
    expect(kept.find(0, 5)).toBeDefined()
  })

  it('give way to those that they were merged into, whichever is read first', () => {
    const kept = createSegmentCache(10_000)
    const pieces = [
      [1, 4],
      [5, 8],
      [9, 12],
    ] as const
    for (const [first, last] of pieces) kept.put(0, segment(first, last))
    kept.put(0, segment(1, 8))
    kept.put(0, segment(5, 8))
    expect([1, 4, 6, 10, 13].map((position) => kept.find(0, position)?.first)).toEqual([
      1,
      1,
      1,
      9,
      undefined,
    ])
  })
})
