import { windowMs, windowStart } from '@patterns/projections/window.ts'
import { uuidFromBytes } from '@patterns/shared/contract/uuid.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLaneIndex } from './laneIndex.ts'
import { createSlice } from './slice.ts'
import { createSliceStore, type SliceStore } from './sliceStore.ts'
import { sumsAt, sumWidth } from './sums.ts'

const hour = windowMs.hour

const idBytes = (n: number): Buffer => {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt32BE(n, 12)
  return bytes
}

const row = (n: number): Float64Array => Float64Array.from({ length: sumWidth }, (_, i) => n * (i + 1))

/** Holds every window of a range, empty. */
const holdAll = (store: SliceStore, range: { from: number; to: number }): void => {
  store.keep(range)
  for (const window of store.missing(range)) store.hold(window, createSlice())
}

describe('the sums of ranges', () => {
  it('after any changes are those of a store that was filled with the last rows at once', () => {
    const changes = fc.array(
      fc.record({
        hours: fc.integer({ min: 0, max: 400 }),
        pattern: fc.nat({ max: 5 }),
        shard: fc.nat({ max: 2 }),
        value: fc.nat({ max: 1_000 }),
      }),
      { maxLength: 60 },
    )
    const ranges = fc.array(
      fc.tuple(fc.nat({ max: 399 }), fc.integer({ min: 1, max: 300 })).map(([from, length]) => ({
        from: from * hour,
        to: (from + length) * hour,
      })),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(changes, ranges, (changed, asked) => {
        const lanes = createLaneIndex()
        const store = createSliceStore({ lanes })
        for (const range of asked) holdAll(store, range)
        const last = new Map<string, (typeof changed)[number] & { granularity: 'hour' | 'day' | 'week' }>()
        for (const change of changed) {
          const lane = lanes.lane(idBytes(change.pattern), 0, change.shard)
          for (const granularity of ['hour', 'day', 'week'] as const) {
            const start = windowStart(change.hours * hour, granularity)
            store.replace({ granularity, start }, lane, row(change.value))
            last.set(`${granularity}/${start}/${lane}`, { ...change, granularity })
          }
          // Asked for at any time in between.
          store.sums(asked[change.hours % asked.length]!)
        }
        for (const range of asked) {
          const fresh = createSliceStore({ lanes })
          holdAll(fresh, range)
          for (const { granularity, hours, pattern, shard, value } of last.values())
            fresh.replace(
              { granularity, start: windowStart(hours * hour, granularity) },
              lanes.lane(idBytes(pattern), 0, shard),
              row(value),
            )
          for (let pattern = 0; pattern < lanes.patternCount; pattern++)
            expect(sumsAt(store.sums(range).values, pattern)).toEqual(
              sumsAt(fresh.sums(range).values, pattern),
            )
        }
      }),
    )
  })

  it('let windows go with the last range that they are part of', () => {
    const lanes = createLaneIndex()
    const store = createSliceStore({ lanes, mostRanges: 2 })
    const day = (n: number) => ({ from: n * windowMs.day, to: (n + 1) * windowMs.day })
    for (const n of [1, 2]) {
      holdAll(store, day(n))
      store.sums(day(n))
    }
    expect(store.stats).toMatchObject({ slices: 2, ranges: 2 })
    holdAll(store, day(3))
    store.sums(day(3))
    expect(store.stats).toMatchObject({ slices: 2, ranges: 2 })
    expect(store.missing(day(1))).toHaveLength(1)
    expect(store.missing(day(2))).toHaveLength(0)
    // A row of a window that was let go changes nothing.
    store.replace({ granularity: 'day', start: day(1).from }, lanes.lane(idBytes(1), 0, 0), row(1))
    expect(sumsAt(store.sums(day(2)).values, 0).outcomes.uses).toBe(0)
  })

  it('give way to the newest range where memory is short', () => {
    const lanes = createLaneIndex()
    const store = createSliceStore({ lanes, mostBytes: 1 })
    const first = { from: 0, to: hour }
    const second = { from: hour, to: 2 * hour }
    holdAll(store, first)
    store.sums(first)
    holdAll(store, second)
    expect(store.sums(second).values).toBeDefined()
    expect(store.stats.ranges).toBe(1)
    expect(store.missing(first)).toHaveLength(1)
  })
})

describe('the numbers of patterns and lanes', () => {
  it('are given once, from 0, whatever the ids', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat({ max: 3 })), {
          maxLength: 50,
        }),
        (keys) => {
          const index = createLaneIndex()
          const lanes = new Map<string, number>()
          const patterns = new Map<string, number>()
          for (const [bytes, shard] of [...keys, ...keys]) {
            const id = uuidFromBytes(Buffer.from(bytes), 0)
            const lane = index.lane(Buffer.from(bytes), 0, shard)
            const pattern = index.patternOf(lane)
            expect(lanes.get(`${id}/${shard}`) ?? lane).toBe(lane)
            expect(patterns.get(id) ?? pattern).toBe(pattern)
            lanes.set(`${id}/${shard}`, lane)
            patterns.set(id, pattern)
            expect(index.pattern(id)).toBe(pattern)
            expect(index.find(id)).toBe(pattern)
            expect(index.idOf(pattern)).toBe(id)
          }
          expect([index.laneCount, index.patternCount]).toEqual([lanes.size, patterns.size])
          expect([...lanes.values()].toSorted((a, b) => a - b)).toEqual([...lanes.keys()].map((_, i) => i))
          expect(index.find('01234567-89ab-4cde-8f01-23456789abcd')).toBeUndefined()
        },
      ),
    )
  })

  it('hold for as many as there are', () => {
    const index = createLaneIndex()
    for (let n = 0; n < 20_000; n++) expect(index.lane(idBytes(n), 0, n % 3)).toBe(n)
    for (let n = 0; n < 20_000; n++) expect(index.lane(idBytes(n), 0, n % 3)).toBe(n)
  })
})
