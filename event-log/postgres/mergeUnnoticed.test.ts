import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogRecord } from '../eventLog.ts'
import { readAll } from '../testing/logFixture.ts'
import { mergeSegments } from './mergeSegments.ts'
import { createSegmentsFixture, longAgo } from '../testing/segmentsFixture.ts'

const fixture = createSegmentsFixture()
const { givenSegments, appendSegment, sizesOf, everythingIn, compact } = fixture

describe('merging small segments', () => {
  it('keeps the range of offsets and times of what it joined', async () => {
    const shard = await givenSegments(2)
    await appendSegment(shard, 1, longAgo + 7)
    await appendSegment(shard, 1, longAgo + 9)
    const range = `select min(first_source_offset), max(last_source_offset), min(min_occurred_at),
      max(max_occurred_at), min(min_recorded_at), max(max_recorded_at),
      max(appended_at), max(watermark)
      from event_log_segments where shard = $1`
    const { rows: before } = await fixture.pool.query({ text: range, values: [shard], rowMode: 'array' })
    await compact(shard)
    expect(await sizesOf(shard)).toEqual([4])
    const { rows: after } = await fixture.pool.query({ text: range, values: [shard], rowMode: 'array' })
    expect(after).toEqual(before)
  })

  it('changes no position, id, header or byte', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(sizes, async (all) => {
        const shard = await givenSegments(...all)
        const before = await everythingIn(shard)
        await compact(shard)
        expect(await everythingIn(shard)).toEqual(before)
        expect((await sizesOf(shard)).length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 12 },
    )
  })

  it('is not noticed by a reader that is at any page, nor by the writer', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat({ max: 5 }), async (all, mergeAtPage) => {
        const shard = await givenSegments(...all)
        const before = await readAll(fixture.log, shard)
        const seen: LogRecord[] = []
        let pages = 0
        for await (const page of fixture.log.read(shard, 0)) {
          seen.push(...page)
          if (pages++ === mergeAtPage) await compact(shard)
        }
        expect(seen).toEqual(before)
        await appendSegment(shard, 2)
        expect(await readAll(fixture.log, shard, before.length)).toHaveLength(2)
      }),
      { numRuns: 10 },
    )
  })

  it('by two at once is done by one of them, and the other finds nothing to merge', async () => {
    for (let round = 0; round < 5; round++) {
      const shard = await givenSegments(1, 2, 3, 4, 5)
      const before = await everythingIn(shard)
      const merged = await Promise.all([1, 2, 3].map(() => compact(shard)))
      expect(merged.toSorted((a, b) => a - b)).toEqual([0, 0, 5])
      expect(await everythingIn(shard)).toEqual(before)
    }
  })

  it('by several at once that merge other runs of them loses nothing', async () => {
    const shard = await givenSegments(...Array.from({ length: 30 }, () => 2))
    const before = await everythingIn(shard)
    const runs = [0, 3, 11, 25].map((from) => [from, from + 1, from + 2, from + 3].map((i) => 1 + i * 2))
    await Promise.all(runs.map((run) => mergeSegments(fixture.pool, shard, run)))
    expect(await everythingIn(shard)).toEqual(before)
    await compact(shard)
    expect(await everythingIn(shard)).toEqual(before)
    expect(await sizesOf(shard)).toHaveLength(1)
  })
})
