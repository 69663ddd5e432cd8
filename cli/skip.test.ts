import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { readShardStops, recordShardStop } from '@patterns/event-log/postgres/shardStops.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type { UnreadableBatch } from '@patterns/shared/contract/unreadableBatch.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runCliInProcess } from './testing/runCliInProcess.ts'

let database: TestDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => {} })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const batch: UnreadableBatch = {
  problem: 'its checksum is not that of its content',
  firstOffset: 100,
  nextOffset: 103,
  bytes: Buffer.from([0, 255, 7]),
  timestamp: Date.UTC(2026, 3, 1),
}
const stop = (of: UnreadableBatch = batch) =>
  recordShardStop(pool, 3, {
    reason: 'unreadable_batch',
    message: 'The batch of offsets 100 to 102 cannot be read',
    command: 'npm run cli -- shards skip --shard 3',
    batch: of,
  })
const head = async () => (await createPostgresEventLog({ pool }).head(3))!

/** Shard 3 stands at the topic's offset 100, the log's 600: 500 are of a topic before. */
beforeEach(async () => {
  await pool.query('truncate event_log_shards, dead_letters, shard_stops')
  await createPostgresEventLog({ pool }).open(3, 600)
  await pool.query('update event_log_shards set source_base = 500')
  await stop()
})

const cli = (...args: string[]) => runCliInProcess(args, { env: { DATABASE_URL: database.url } })
const skip = (...args: string[]) => cli('shards', 'skip', '--shard', '3', ...args)

describe('shards skip', () => {
  test('says what it would skip, and changes nothing unless it is told to', async () => {
    const before = await head()
    expect(await skip()).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(
        /^Shard 3 stopped at a batch of 3 bytes that cannot be read: its checksum [^\n]+\nIts 3 offsets, 3:600 to 3:602, become dead letters/,
      ),
      stderr: expect.stringContaining('say --yes'),
    })
    const { stdout } = await skip('--json')
    expect(JSON.parse(stdout)).toEqual({
      shard: 3,
      batch: { first_offset: 600, next_offset: 603, problem: batch.problem, bytes: 3 },
      skipped: false,
    })
    expect(await head()).toEqual(before)
    expect(await readShardStops(pool)).toHaveLength(1)
  })

  test('goes on behind the batch, accounts for each of its offsets, and keeps it', async () => {
    expect(await skip('--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('Done.') })
    expect(await head()).toMatchObject({ nextSourceOffset: 603, deadLettered: 3, position: 0, notRecords: 0 })
    expect(await readShardStops(pool)).toEqual([])
    expect(JSON.parse((await cli('log', 'verify', '--json')).stdout)).toMatchObject({
      ok: true,
      shards: [{ dead_lettered: 3 }],
      stopped: [],
    })
    const listed = JSON.parse(
      (await cli('dead-letters', 'list', '--reason', 'unreadable_batch', '--json')).stdout,
    )
    expect(listed).toMatchObject({
      total: 3,
      dead_letters: [602, 601, 600].map((source_offset) => ({
        shard: 3,
        source_offset,
        key: null,
        recorded_at: '2026-04-01T00:00:00.000Z',
        faults: [
          { path: '', message: `the batch of offsets 600 to 602: ${batch.problem}` },
          { path: '', message: 'the value of 3:600 is the batch as it was fetched' },
        ],
      })),
    })
    expect((await cli('dead-letters', 'show', '3:600')).stdout).toContain('a whole batch: --raw prints it')
    expect((await cli('dead-letters', 'show', '3:601')).stdout).toContain('value     null')
    const { rows } = await pool.query('select value from dead_letters order by source_offset')
    expect(rows).toEqual([{ value: batch.bytes }, { value: null }, { value: null }])
    expect(await skip('--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('needs nothing') })
  })

  test('never says that the log took something before what it had already', async () => {
    await pool.query(`update event_log_shards set appended_at = '2999-01-01'`)
    await skip('--yes')
    const { rows } = await pool.query('select appended_at from event_log_shards')
    expect(rows).toEqual([{ appended_at: new Date('2999-01-01') }])
  })

  test('changes nothing if the shard has moved on from there', async () => {
    await pool.query('update event_log_shards set next_source_offset = 610, not_records = 10')
    expect(await skip('--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('needs nothing') })
    expect(await head()).toMatchObject({ nextSourceOffset: 610, deadLettered: 0 })
    expect(JSON.parse((await skip('--json')).stdout)).toEqual({ shard: 3, batch: null, skipped: false })
  })

  test('leaves a shard alone that stopped for something else, and says so', async () => {
    await recordShardStop(pool, 3, { reason: 'lost_source', message: 'Lost. Adopt it.', command: null })
    expect(await skip('--yes')).toMatchObject({
      code: 1,
      stderr: 'error: Shard 3 stopped for something else: Lost. Adopt it.\n',
    })
    expect(await cli('shards', 'skip', '--shard', '4')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no shard 4'),
    })
  })
})

test('log verify names a shard that stopped, and ends with 1', async () => {
  expect(await cli('log', 'verify')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /\nshard 3: stopped at 20\S+Z: The batch of offsets 100 to 102 cannot be read\n$/,
    ),
  })
  expect(await cli('log', 'verify', '--shard', '3', '--json')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('"ok":false'),
  })
})
