import { uuidFromBytes } from '@patterns/shared/contract/uuid.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, expect } from 'vitest'
import type { EventLog } from '../eventLog.ts'
import { readAll } from './logFixture.ts'
import { eventAt, toAppend } from './newEvents.ts'
import { compactShard } from '../postgres/compactShard.ts'
import { createPostgresEventLog } from '../postgres/postgresEventLog.ts'

/** So long ago that a segment is old enough to be merged. */
export const longAgo = Date.UTC(2020, 0, 1)

/** Shards in a database of their own, made of segments of chosen sizes. */
export interface SegmentsFixture {
  readonly url: string
  readonly pool: pg.Pool
  readonly log: EventLog
  /** A shard that no other test of the file uses, without any segment. */
  newShard(firstSourceOffset: number): Promise<number>
  /** A new shard with segments of so many events each. */
  givenSegments(...sizes: number[]): Promise<number>
  /** A segment of so many events that was appended at a time. Offsets have gaps. */
  appendSegment(shard: number, events: number, appendedAt?: number): Promise<void>
  sizesOf(shard: number): Promise<number[]>
  /** All that a reader of a shard can see, by every way there is to read it. */
  everythingIn(shard: number): Promise<unknown>
  /** Merges what can be, and answers how many segments went into others. */
  compact(shard: number): Promise<number>
}

/** Called in a file: opens the database before its tests, and drops it after them. */
export const createSegmentsFixture = (): SegmentsFixture => {
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

  const newShard = async (firstSourceOffset: number): Promise<number> => {
    const shard = ++shards
    await log.open(shard, firstSourceOffset)
    return shard
  }

  const appendSegment = async (shard: number, events: number, appendedAt = longAgo): Promise<void> => {
    const expected = (await log.head(shard))!
    const first = expected.nextSourceOffset
    const batch = toAppend({
      events: Array.from({ length: events }, (_, i) =>
        eventAt(first + i * 2, {
          headers: i % 3 === 0 ? { ce_specversion: '1.0', ce_id: String(i) } : undefined,
        }),
      ),
    })
    expect(await log.append({ shard, expected, ...batch })).toMatchObject({ ok: true })
    await pool.query(
      'update event_log_segments set appended_at = $3 where shard = $1 and first_position = $2',
      [shard, expected.position + 1, new Date(appendedAt)],
    )
  }

  return {
    get url() {
      return database.url
    },
    get pool() {
      return pool
    },
    get log() {
      return log
    },
    newShard,
    async givenSegments(...sizes) {
      const shard = await newShard(10)
      for (const size of sizes) await appendSegment(shard, size)
      return shard
    },
    appendSegment,
    async sizesOf(shard) {
      const { rows } = await pool.query<{ event_count: number }>(
        'select event_count from event_log_segments where shard = $1 order by first_position',
        [shard],
      )
      return rows.map((row) => row.event_count)
    },
    async everythingIn(shard) {
      const records = await readAll(log, shard)
      const ids: string[] = []
      for await (const page of log.recentIds(shard, 1_000_000)) {
        for (let at = 0; at < page.ids.length; at += 16) ids.push(uuidFromBytes(page.ids, at))
      }
      const end = (await log.head(shard))!.nextSourceOffset
      const positions = await Promise.all(
        Array.from({ length: 7 }, (_, i) => log.positionBefore(shard, 9 + Math.round((i * (end - 8)) / 6))),
      )
      return { records, ids, positions, head: await log.head(shard) }
    },
    compact: (shard) => compactShard(pool, shard),
  }
}
