import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import { used } from '@patterns/shared/testing/exampleMessage.ts'
import type { TopicBatch } from '@patterns/shared/contract/topicMessage.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase } from '@patterns/testing/database.ts'
import { seedProjections } from '@patterns/testing/seedProjections.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type pg from 'pg'
import { openShardLane } from './shardLane.ts'

const shard = 0
const hour = 3_600_000
const began = Date.parse(used.occurred_at)
let pool: pg.Pool
let drop: () => Promise<void>

beforeAll(async () => {
  const database = await createTestDatabase()
  pool = createPool({
    connectionString: database.url,
    applicationName: 'test',
    pipeline: true,
    onIdleError: () => {},
  })
  drop = async () => {
    await pool.end()
    await database.drop()
  }
})
afterAll(async () => drop())

/** A batch of one event that occurred so many hours later than the first. */
const batchAt = (offset: number, hours: number): TopicBatch => {
  const time = began + hours * hour
  const body = {
    ...used,
    event_id: used.event_id.replace(/.$/, String(offset)),
    occurred_at: new Date(time).toISOString(),
  }
  return {
    partition: shard,
    firstOffset: offset,
    nextOffset: offset + 1,
    endOffset: offset + 1,
    messages: [
      { offset, key: null, value: Buffer.from(JSON.stringify(body)), headers: undefined, timestamp: time },
    ],
  }
}

it('a log that is older than the watermark in its head has the exact one after its first batch', async () => {
  const log = createPostgresEventLog({ pool })
  await seedProjections({ pool, eventLog: log }, [
    { shard, body: { ...used, event_id: used.event_id.replace(/.$/, '8') } },
    {
      shard,
      body: {
        ...used,
        event_id: used.event_id.replace(/.$/, '9'),
        occurred_at: new Date(began + 5 * hour).toISOString(),
      },
    },
  ])
  await pool.query(
    'update event_log_shards set watermark = null; update event_log_segments set watermark = null',
  )
  expect((await log.head(shard))?.watermark).toBeNull()
  const lane = await openShardLane({
    log,
    topic: 'topic',
    shard,
    source: async () => ({ startOffset: 0, endOffset: 2, topicId: null }),
    history: { epochEnd: async () => undefined, valueAt: async () => undefined },
    duplicateHorizon: 100,
    clock: () => began + 24 * hour,
    projector: {
      ...servedProjections.windows,
      pool,
      flushIntervalMs: 10,
      now: () => 0,
      onFailure: () => {},
    },
  })
  await lane.take(batchAt(2, 3))
  expect((await log.head(shard))?.watermark).toBe(began + 5 * hour)
  await lane.take(batchAt(3, 7))
  expect((await log.head(shard))?.watermark).toBe(began + 7 * hour)
  await lane.flush()
  lane.close()
})
