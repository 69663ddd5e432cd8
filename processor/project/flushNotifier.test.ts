import { flushChannel } from '@patterns/read-model/notification.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFlushNotifier } from './flushNotifier.ts'

let database: TestDatabase
let pool: pg.Pool
let listener: pg.Client
let notified: (string | undefined)[] = []
const logger = createLogger('test', 'silent')

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => {} })
  listener = new pg.Client({ connectionString: database.url })
  await listener.connect()
  await listener.query(`listen ${flushChannel}`)
  listener.on('notification', ({ payload }) => notified.push(payload))
})
beforeEach(() => void (notified = []))
afterAll(async () => {
  await listener.end()
  await pool.end()
  await database.drop()
})

const untilNotified = (expected: readonly string[]) =>
  vi.waitFor(() => expect(notified).toEqual(expected), { timeout: 20_000, interval: 5 })

describe('readers are notified', () => {
  it('of the first flush at once, and of those that follow closely together, only the last of each shard', async () => {
    const notifier = createFlushNotifier({ pool, logger, everyMs: 150 })
    notifier.flushed({ shard: 2, position: 5 })
    for (let position = 6; position < 20; position++) notifier.flushed({ shard: 2, position })
    notifier.flushed({ shard: 0, position: 1 })
    await untilNotified(['2:5', '2:19,0:1'])
    notifier.flushed({ shard: 0, position: 2 })
    await untilNotified(['2:5', '2:19,0:1', '0:2'])
    await notifier.stop()
  })

  it('of what was flushed last when the process stops, and of nothing twice', async () => {
    const notifier = createFlushNotifier({ pool, logger, everyMs: 1_000_000 })
    notifier.flushed({ shard: 0, position: 1 })
    notifier.flushed({ shard: 0, position: 2 })
    await notifier.stop()
    await untilNotified(['0:1', '0:2'])
    await notifier.stop()
    expect(notified).toHaveLength(2)
  })

  it('of more shards than one payload can name', async () => {
    const notifier = createFlushNotifier({ pool, logger, everyMs: 20 })
    const position = Number.MAX_SAFE_INTEGER
    for (let shard = 0; shard < 1_001; shard++) notifier.flushed({ shard, position })
    await vi.waitFor(() => expect(notified.flatMap((payload) => payload!.split(','))).toHaveLength(1_001), {
      timeout: 20_000,
    })
    await notifier.stop()
  })
})

it('if readers cannot be notified, that is logged once, and the next flush is notified again', async () => {
  const warn = vi.spyOn(logger, 'warn').mockClear()
  const query = vi.spyOn(pool, 'query') as unknown as { mockRejectedValueOnce(error: Error): unknown }
  query.mockRejectedValueOnce(new Error('away'))
  query.mockRejectedValueOnce(new Error('away'))
  const notifier = createFlushNotifier({ pool, logger, everyMs: 0 })
  notifier.flushed({ shard: 0, position: 1 })
  await vi.waitFor(() => expect(warn).toHaveBeenCalled())
  notifier.flushed({ shard: 0, position: 2 })
  notifier.flushed({ shard: 0, position: 3 })
  await untilNotified(['0:3'])
  await notifier.stop()
  expect(warn).toHaveBeenCalledTimes(1)
})
