import { uuidFromBytes } from '@patterns/shared/contract/uuid.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EventLog, LogRecord } from '../eventLog.ts'
import { eventAt, toAppend } from '../newEvents.ts'
import { chooseRun, mergeSmallSegments } from './mergeSegments.ts'
import { createPostgresEventLog } from './postgresEventLog.ts'

let database: TestDatabase
let pool: pg.Pool
let log: EventLog
let shards = 0

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => {} })
  log = createPostgresEventLog({ pool })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const longAgo = Date.UTC(2020, 0, 1)

/** A segment of so many events, the broker's times of all being the given one. Offsets have gaps. */
const appendSegment = async (shard: number, events: number, recordedAt = longAgo): Promise<void> => {
  const expected = (await log.head(shard))!
  const first = expected.nextSourceOffset
  const batch = toAppend({
    events: Array.from({ length: events }, (_, i) =>
      eventAt(first + i * 2, {
        timestamp: recordedAt,
        headers: i % 3 === 0 ? { ce_specversion: '1.0', ce_id: String(i) } : undefined,
      }),
    ),
  })
  expect(await log.append({ shard, expected, ...batch })).toMatchObject({ ok: true })
}

const givenSegments = async (...sizes: number[]): Promise<number> => {
  const shard = ++shards
  await log.open(shard, 10)
  for (const size of sizes) await appendSegment(shard, size)
  return shard
}

const sizesOf = async (shard: number): Promise<number[]> => {
  const { rows } = await pool.query<{ event_count: number }>(
    'select event_count from event_log_segments where shard = $1 order by first_position',
    [shard],
  )
  return rows.map((row) => row.event_count)
}

const readAll = async (shard: number, afterPosition = 0): Promise<LogRecord[]> => {
  const records: LogRecord[] = []
  for await (const page of log.read(shard, afterPosition)) records.push(...page)
  return records
}

/** All that a reader of a shard can see, by every way there is to read it. */
const everythingIn = async (shard: number) => {
  const records = await readAll(shard)
  const ids: string[] = []
  for await (const page of log.recentIds(shard, 1_000_000)) {
    for (let at = 0; at < page.ids.length; at += 16) ids.push(uuidFromBytes(page.ids, at))
  }
  const end = (await log.head(shard))!.nextSourceOffset
  const positions = await Promise.all(
    Array.from({ length: 7 }, (_, i) => log.positionBefore(shard, 9 + Math.round((i * (end - 8)) / 6))),
  )
  return { records, ids, positions, head: await log.head(shard) }
}

const mergeAll = async (shard: number): Promise<void> => {
  let after = 0
  for (;;) {
    const { merged, lastPosition } = await mergeSmallSegments(pool, shard, after)
    if (merged === 0) return
    after = lastPosition
  }
}

describe('the run of segments to merge', () => {
  const extents = (...sizes: [first: number, count: number][]) =>
    sizes.map(([first_position, event_count]) => ({ first_position, event_count }))

  it.each([
    ['nothing, where there is nothing', extents(), []],
    ['nothing, where there is one', extents([1, 5]), []],
    ['all neighbours', extents([1, 5], [6, 1], [7, 2]), [1, 6, 7]],
    ['none that something lies between', extents([1, 5], [7, 5], [13, 5]), []],
    ['the first neighbours', extents([1, 5], [7, 5], [12, 5], [18, 5], [23, 5]), [7, 12]],
    ['as many as 512 events', extents([1, 200], [201, 200], [401, 112], [513, 1]), [1, 201, 401]],
    ['no more than 512 events', extents([1, 255], [256, 255], [511, 255]), [1, 256]],
  ])('is %s', (_what, candidates, run) => {
    expect(chooseRun(candidates)).toEqual(run)
  })
})

describe('merging small segments', () => {
  it('makes one of neighbours, and says how many and where to look on', async () => {
    const shard = await givenSegments(3, 1, 4)
    expect(await mergeSmallSegments(pool, shard, 0)).toEqual({ merged: 3, lastPosition: 8 })
    expect(await sizesOf(shard)).toEqual([8])
    expect(await mergeSmallSegments(pool, shard, 0)).toEqual({ merged: 0, lastPosition: 0 })
    expect(await mergeSmallSegments(pool, shard, 8)).toEqual({ merged: 0, lastPosition: 8 })
  })

  it('looks on only after the position that it is given', async () => {
    const shard = await givenSegments(1, 1, 1, 1)
    expect(await mergeSmallSegments(pool, shard, 2)).toEqual({ merged: 2, lastPosition: 4 })
    expect(await sizesOf(shard)).toEqual([1, 1, 2])
  })

  it('leaves large segments alone, and does not join what lies on both sides of one', async () => {
    const shard = await givenSegments(2, 256, 3, 4)
    await mergeAll(shard)
    expect(await sizesOf(shard)).toEqual([2, 256, 7])
  })

  it('leaves alone what came within the last minute', async () => {
    const shard = await givenSegments(1, 1)
    await appendSegment(shard, 1, Date.now() + 60_000)
    await appendSegment(shard, 1, Date.now() + 60_000)
    await mergeAll(shard)
    expect(await sizesOf(shard)).toEqual([2, 1, 1])
  })

  it('does not join what lies on both sides of one that came within the last minute', async () => {
    const shard = await givenSegments(1)
    await appendSegment(shard, 1, Date.now() + 60_000)
    await appendSegment(shard, 1)
    const before = await everythingIn(shard)
    await mergeAll(shard)
    expect(await sizesOf(shard)).toEqual([1, 1, 1])
    expect(await everythingIn(shard)).toEqual(before)
  })

  it('is not noticed by a reader who kept what it read before', async () => {
    const shard = await givenSegments(3, 3, 3)
    const reader = createPostgresEventLog({ pool, mostKeptBytes: 1_000_000 })
    const read = async (...ranges: [first: number, last: number][]) => {
      const positions: number[] = []
      for await (const page of reader.readRanges(
        shard,
        ranges.map(([first, last]) => ({ first, last })),
      ))
        positions.push(...page.map(({ position }) => position))
      return positions
    }
    expect(await read([1, 1], [5, 5])).toEqual([1, 5])
    await mergeAll(shard)
    await appendSegment(shard, 3)
    expect(await sizesOf(shard)).toEqual([9, 3])
    const all = Array.from({ length: 12 }, (_, i) => i + 1)
    expect(await read([1, 12])).toEqual(all)
    expect(await read([1, 12])).toEqual(all)
  })

  it('keeps the range of offsets and times of what it joined', async () => {
    const shard = await givenSegments(2)
    await appendSegment(shard, 1, longAgo + 7)
    await appendSegment(shard, 1, longAgo - 7)
    const range = `select min(first_source_offset), max(last_source_offset), min(min_occurred_at),
      max(max_occurred_at), min(min_recorded_at), max(max_recorded_at)
      from event_log_segments where shard = $1`
    const { rows: before } = await pool.query({ text: range, values: [shard], rowMode: 'array' })
    await mergeAll(shard)
    expect(await sizesOf(shard)).toEqual([4])
    const { rows: after } = await pool.query({ text: range, values: [shard], rowMode: 'array' })
    expect(after).toEqual(before)
  })

  it('changes no position, id, header or byte', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat({ max: 20 }), async (all, after) => {
        const shard = await givenSegments(...all)
        const before = await everythingIn(shard)
        await mergeSmallSegments(pool, shard, after)
        expect(await everythingIn(shard)).toEqual(before)
        await mergeAll(shard)
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
        const before = await readAll(shard)
        const seen: LogRecord[] = []
        let pages = 0
        for await (const page of log.read(shard, 0)) {
          seen.push(...page)
          if (pages++ === mergeAtPage) await mergeAll(shard)
        }
        expect(seen).toEqual(before)
        await appendSegment(shard, 2)
        expect(await readAll(shard, before.length)).toHaveLength(2)
      }),
      { numRuns: 10 },
    )
  })

  it('by two at once is done by one of them, and the other finds nothing to merge', async () => {
    for (let round = 0; round < 5; round++) {
      const shard = await givenSegments(1, 2, 3, 4, 5)
      const before = await everythingIn(shard)
      const results = await Promise.all([1, 2, 3].map(() => mergeSmallSegments(pool, shard, 0)))
      expect(results.map(({ merged }) => merged).toSorted((a, b) => a - b)).toEqual([0, 0, 5])
      expect(await everythingIn(shard)).toEqual(before)
    }
  })

  it('by several at once that look on in their own ways loses nothing', async () => {
    const shard = await givenSegments(...Array.from({ length: 30 }, (_, i) => 1 + (i % 3)))
    const before = await everythingIn(shard)
    await Promise.all([0, 3, 11, 25].map((after) => mergeSmallSegments(pool, shard, after)))
    expect(await everythingIn(shard)).toEqual(before)
    await mergeAll(shard)
    expect(await everythingIn(shard)).toEqual(before)
    expect(await sizesOf(shard)).toHaveLength(1)
  })

  it('finds neighbours beyond thousands of segments that cannot be merged', async () => {
    const shard = ++shards
    await log.open(shard, 0)
    // Small ones, each with a large one after it. Nobody reads them here, so their content does not matter.
    await pool.query(
      `insert into event_log_segments
       select $1, 1 + (i / 2) * 5001 + (i % 2), case i % 2 when 0 then 1 else 5000 end, i, i,
         'epoch', 'epoch', 'epoch', 'epoch', '', ''
       from generate_series(0, 4401) as i`,
      [shard],
    )
    const position = 2_201 * 5_001
    await pool.query(
      'update event_log_shards set position = $2, next_source_offset = 4402 where shard = $1',
      [shard, position],
    )
    await appendSegment(shard, 1)
    await appendSegment(shard, 1)
    expect(await mergeSmallSegments(pool, shard, 0)).toEqual({ merged: 2, lastPosition: position + 2 })
  })

  it('finds neighbours of which one ends what it looks at once and the other begins the next', async () => {
    const shard = ++shards
    await log.open(shard, 0)
    await pool.query(
      `insert into event_log_segments
       select $1, 1 + i * 10, 1, i, i, 'epoch', 'epoch', 'epoch', 'epoch', '', ''
       from generate_series(0, 998) as i`,
      [shard],
    )
    await pool.query(
      'update event_log_shards set position = 20000, next_source_offset = 1000 where shard = $1',
      [shard],
    )
    await appendSegment(shard, 1)
    await appendSegment(shard, 1)
    expect(await mergeSmallSegments(pool, shard, 0)).toEqual({ merged: 2, lastPosition: 20_002 })
  })
})
