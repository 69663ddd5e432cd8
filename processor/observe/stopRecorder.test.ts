import { readShardStops, recordShardStop } from '@patterns/event-log/postgres/shardStops.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { LostSourceError } from '../shard/lostSource.ts'
import type { ShardState } from '../shard/ownedShard.ts'
import { stopCauseOf } from '../shard/stopCause.ts'
import { recordStops } from './stopRecorder.ts'

let database: TestDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => {} })
})
beforeEach(() => pool.query('truncate shard_stops'))
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const progress = { position: 0, flushedPosition: 0, nextOffset: 0 }
const running = (shard: number): ShardState => ({
  shard,
  status: 'running',
  reason: undefined,
  stop: undefined,
  ...progress,
})
const stopped = (shard: number, error: Error): ShardState => {
  const stop = stopCauseOf(shard, error)
  return { shard, status: 'stopped', reason: stop.message, stop, ...progress }
}

/** A recorder over the shards of one process. */
const record = (...first: ShardState[]) => {
  const shards = { now: first }
  const recorder = recordStops({
    pool,
    states: () => shards.now,
    logger: createLogger('test', 'silent'),
    everyMs: 5,
  })
  onTestFinished(() => recorder.stop())
  return { shards, recorder }
}
const lost = new LostSourceError('Lost. Adopt it.', { nextSourceOffset: 1, sourceBase: 0, topicId: null })
const stored = () => readShardStops(pool)
const untilStored = (expected: object[]) =>
  vi.waitFor(async () => expect(await stored()).toMatchObject(expected))

test('a shard that stops is stored with its reason and command, until it runs again', async () => {
  const { shards } = record(running(0), stopped(1, lost))
  await untilStored([
    {
      shard: 1,
      reason: 'lost_source',
      message: 'Lost. Adopt it.',
      command: 'npm run cli -- shards adopt --shard 1',
      stoppedAt: expect.any(Date),
    },
  ])
  shards.now = [running(0), stopped(1, new Error('something else'))]
  await untilStored([{ shard: 1, reason: 'failed', message: 'something else', command: null }])
  // On its way, and not there yet.
  shards.now = [stopped(0, lost), { ...running(1), status: 'retrying' }]
  await untilStored([{ shard: 0 }, { shard: 1 }])
  shards.now = [running(0), running(1)]
  await untilStored([])
})

test('a reason that quotes what cannot be stored is stored all the same, as are those beside it', async () => {
  record(stopped(0, new Error('at \0 and \ud800')), stopped(1, lost))
  await untilStored([{ shard: 0, message: 'at \u{fffd} and \u{fffd}' }, { shard: 1 }])
})

test('what the owner before left is put right, and what is of shards that are of another process stays', async () => {
  await recordShardStop(pool, 1, stopCauseOf(1, lost))
  await recordShardStop(pool, 2, stopCauseOf(2, lost))
  const { shards } = record(running(1))
  await untilStored([{ shard: 2 }])
  // One that was frozen says so late.
  await recordShardStop(pool, 1, stopCauseOf(1, lost))
  await untilStored([{ shard: 2 }])
  shards.now = [running(2)]
  await untilStored([])
})

test('a shard that stops just before its process ends is stored all the same', async () => {
  const { shards, recorder } = record(running(0))
  shards.now = [stopped(0, lost)]
  await recorder.stop()
  expect(await stored()).toMatchObject([{ shard: 0 }])
})

test('what could not be written while the database was away is written once it is back', async () => {
  const query = vi.spyOn(pool, 'query').mockImplementation(() => {
    throw new Error('no database')
  })
  record(stopped(0, lost))
  await vi.waitFor(() => expect(query.mock.calls.length).toBeGreaterThan(2))
  query.mockRestore()
  await untilStored([{ shard: 0 }])
})
