import { createMemoryEventLog } from '@patterns/event-log/memory/memoryEventLog.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import { createTestDatabase } from '@patterns/testing/database.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import type pg from 'pg'
import { createShardOwner } from './shardOwner.ts'

const shard = 0
let pool: pg.Pool
let drop: () => Promise<void>

beforeAll(async () => {
  const database = await createTestDatabase()
  pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => {} })
  drop = async () => {
    await pool.end()
    await database.drop()
  }
})
afterAll(async () => drop())

/** The owner of a shard whose log expects offset 100 next, while the topic answers these ends one after the other. */
const ownerOf = async (...ends: (number | Error)[]) => {
  const log = createMemoryEventLog()
  const head = await log.open(shard, 0)
  await log.append({
    shard,
    expected: head,
    events: [],
    deadLetters: [],
    duplicates: [],
    nextSourceOffset: 100,
  })
  return createShardOwner({
    lane: {
      log,
      topic: 'topic',
      duplicateHorizon: 1_000,
      projector: {
        projection: 'pattern_windows',
        version: 1,
        pool,
        flushIntervalMs: 10,
        now: () => performance.now(),
      },
    },
    ends: async () => {
      const end = ends.length > 1 ? ends.shift()! : ends[0]!
      if (end instanceof Error) throw end
      return [{ partition: shard, startOffset: 0, endOffset: end }]
    },
    logger: createLogger('test', 'silent'),
    backoff: () => 0,
  })
}

describe('an owner', () => {
  test('goes on where the log ends', async () => {
    const owner = await ownerOf(100)
    expect(await owner.assigned(shard, 100)).toBe(100)
    expect(owner.states()).toMatchObject([{ shard, status: 'running', reason: undefined, nextOffset: 100 }])
    await owner.stop()
    expect(owner.states()).toEqual([])
  })

  test('believes the end that the topic has now, not the one at its assignment', async () => {
    const owner = await ownerOf(150)
    expect(await owner.assigned(shard, 40)).toBe(100)
    await owner.stop()
  })

  test('waits while the topic cannot be asked, and says so', async () => {
    let stated: unknown
    const owner = await ownerOf(new Error('no broker'), new Error('no broker'), 120)
    const assigned = owner.assigned(shard, 0)
    for (let turn = 0; turn < 1_000 && owner.states()[0]?.status !== 'running'; turn++) {
      const [state] = owner.states()
      if (state?.status === 'retrying') stated = state.reason
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await assigned).toBe(100)
    expect(stated).toBe('The topic cannot be asked for its ends: no broker')
    await owner.stop()
  })

  test('refuses a topic that lost what comes next, and goes on refusing when it has grown', async () => {
    const owner = await ownerOf(40, 500)
    const refusal = /ends at offset 40, .*shards adopt --shard 0/
    await expect(owner.assigned(shard, 40)).rejects.toThrow(refusal)
    expect(owner.states()).toMatchObject([{ status: 'stopped', reason: expect.stringMatching(refusal) }])
    await owner.revoked(shard)
    await expect(owner.assigned(shard, 500)).rejects.toThrow(refusal)
    expect(owner.states()).toMatchObject([{ status: 'stopped', reason: expect.stringMatching(refusal) }])
    await owner.stop()
  })
})
