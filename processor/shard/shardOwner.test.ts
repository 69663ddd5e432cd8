import { randomUUID } from 'node:crypto'
import { benchmarkMessages } from '@patterns/generator/benchmark.ts'
import { createMemoryEventLog } from '@patterns/event-log/testing/memoryEventLog.ts'
import type { EventLog } from '@patterns/event-log/eventLog.ts'
import { MissingPositionsError } from '@patterns/event-log/missingPositions.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import type { TopicBatch } from '@patterns/shared/contract/topicMessage.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import { createTestDatabase } from '@patterns/testing/database.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
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
const ownerOf = async (...ends: (number | Error)[]) => (await shardOf(...ends)).owner

const shardOf = async (...ends: (number | Error)[]) => {
  const memory = createMemoryEventLog()
  const disk = {
    isFull: false,
    fault: undefined as Error | undefined,
    hangsUntil: undefined as Promise<unknown> | undefined,
  }
  const clock = { now: 0 }
  const counts: number[] = []
  /** What an adoption adds to the base of the head. */
  const adopted = { by: 0 }
  const logger = createLogger('test', 'silent')
  const errors = vi.spyOn(logger, 'error')
  const log: EventLog = {
    ...memory,
    async head(of) {
      const known = await memory.head(of)
      return known === undefined ? undefined : { ...known, sourceBase: known.sourceBase + adopted.by }
    },
    async append(batch) {
      await disk.hangsUntil
      if (disk.fault !== undefined) throw disk.fault
      if (disk.isFull) throw Object.assign(new Error('No space left on device'), { code: '53100' })
      return memory.append(batch)
    },
  }
  const waits: number[] = []
  const head = await log.open(shard, 0)
  await log.append({
    shard,
    expected: head,
    events: [],
    deadLetters: [],
    duplicates: [],
    nextSourceOffset: 100,
  })
  const owner = createShardOwner({
    lane: {
      log,
      topic: 'topic',
      duplicateHorizon: 1_000,
      clock: Date.now,
      projector: {
        ...servedProjections.windows,
        pool,
        flushIntervalMs: 10,
        now: () => clock.now,
      },
    },
    // It tells nothing of what it holds.
    history: () => ({ epochEnd: async () => undefined, valueAt: async () => undefined }),
    ends: async () => {
      const end = ends.length > 1 ? ends.shift()! : ends[0]!
      if (end instanceof Error) throw end
      return [{ partition: shard, startOffset: 0, endOffset: end, topicId: null }]
    },
    logger,
    backoff: (attempt) => {
      waits.push(attempt)
      return 0
    },
    onOwned: (shards) => counts.push(shards),
    lastFlushMs: 100,
  })
  return { owner, log, disk, waits, adopted, errors, clock, counts }
}

/** Offsets that carry no message: enough to be taken. */
const batchFrom = (firstOffset: number): TopicBatch => ({
  partition: shard,
  firstOffset,
  nextOffset: firstOffset + 10,
  messages: [],
  endOffset: firstOffset + 10,
})
const alive = async () => {}

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

  test('says once, and without a stack, that a topic lost what comes next', async () => {
    const { owner, errors } = await shardOf(40, 500)
    for (let tried = 1; tried <= 3; tried++) {
      await expect(owner.assigned(shard, 40)).rejects.toThrow(/ends at offset 40/)
      await owner.revoked(shard)
    }
    expect(errors.mock.calls).toEqual([
      [{ shard, reason: expect.stringMatching(/shards adopt --shard 0/) }, 'shard stopped'],
    ])
    await owner.stop()
  })

  test('takes a shard that it refused once the log goes on from elsewhere', async () => {
    const { owner, adopted, errors } = await shardOf(40, 40, 0, 50)
    await expect(owner.assigned(shard, 40)).rejects.toThrow(/ends at offset 40/)
    expect([...owner.lost().keys()]).toEqual([shard])
    // All but 60 of the messages are of the topic before: its end is at 40 still.
    adopted.by = 60
    expect(await owner.assigned(shard, 40)).toBe(40)
    expect(owner.states()).toMatchObject([{ status: 'running', reason: undefined, nextOffset: 40 }])
    expect(owner.lost().size).toBe(0)
    await owner.revoked(shard)

    // Lost once more: it is refused again, for what it lost now.
    await expect(owner.assigned(shard, 0)).rejects.toThrow(/ends at offset 0, /)
    expect(errors).toHaveBeenCalledTimes(2)
    // While it is another's there is nothing to look after here.
    await owner.revoked(shard)
    expect(owner.lost().size).toBe(0)
    await owner.stop()
  })

  test('waits longer each time that its database takes nothing, and runs again only once it does', async () => {
    const { owner, disk, waits } = await shardOf(110)
    await owner.assigned(shard, 110)
    disk.isFull = true
    for (let tried = 1; tried <= 4; tried++) {
      expect(await owner.take(batchFrom(100), alive)).toBe(100)
      expect(owner.states()).toMatchObject([
        { status: 'retrying', reason: 'No space left on device', nextOffset: 100 },
      ])
    }
    // The first time at once.
    expect(waits).toEqual([1, 2, 3])

    disk.isFull = false
    expect(await owner.take(batchFrom(100), alive)).toBe(110)
    expect(owner.states()).toMatchObject([{ status: 'running', reason: undefined, nextOffset: 110 }])
    await owner.stop()
  })

  test('stops if a person must repair the database first, and runs on by itself once that is done', async () => {
    const { owner, disk, waits, errors } = await shardOf(110)
    await owner.assigned(shard, 110)
    // Opening the shard does not meet it: it lies in the log of another shard.
    disk.fault = new MissingPositionsError(7, { first: 1, last: 3 })
    for (let i = 0; i < 3; i++) {
      expect(await owner.take(batchFrom(100), alive)).toBe(100)
      expect(owner.states()).toMatchObject([{ status: 'stopped', stop: { reason: 'missing_positions' } }])
    }
    expect(waits).toEqual([1, 2])
    expect(errors).toHaveBeenCalledTimes(1)
    disk.fault = undefined
    expect(await owner.take(batchFrom(100), alive)).toBe(110)
    expect(owner.states()).toMatchObject([{ status: 'running', stop: undefined }])
    await owner.stop()
  })

  test('seeks to where a rival got to, and runs on', async () => {
    const { owner, waits } = await shardOf(120)
    await owner.assigned(shard, 120)
    expect(await owner.take(batchFrom(80), alive)).toBe(100)
    expect(await owner.take(batchFrom(100), alive)).toBe(110)
    expect(owner.states()).toMatchObject([{ status: 'running', nextOffset: 110 }])
    expect(waits).toEqual([])
    await owner.stop()
  })

  test('gives up opening a shard that is not its own any more', async () => {
    const owner = await ownerOf(new Error('no broker'))
    const assigned = owner.assigned(shard, 110)
    await vi.waitFor(() => expect(owner.states()).toMatchObject([{ status: 'retrying' }]))
    await owner.revoked(shard)
    expect(await assigned).toBe(0)
    expect(owner.states()).toEqual([])
    expect(await owner.take(batchFrom(100), alive)).toBe(100)
  })

  test('says that a shard is stalled while its batch is under way for long, and that it runs once it is taken', async () => {
    const { owner, disk, clock } = await shardOf(110)
    await owner.assigned(shard, 110)
    const { promise, resolve } = Promise.withResolvers<void>()
    disk.hangsUntil = promise
    const taken = owner.take(batchFrom(100), alive)
    clock.now = 5_000
    expect(owner.states()).toMatchObject([{ status: 'running', reason: undefined }])
    clock.now = 6_800
    expect(owner.states()).toMatchObject([
      { status: 'stalled', reason: 'The database has not taken what was sent 7 s ago' },
    ])
    resolve()
    expect(await taken).toBe(110)
    expect(owner.states()).toMatchObject([{ status: 'running', reason: undefined }])
    await owner.stop()
  })

  test('gives no sign of life for a batch that comes to no end', async () => {
    const { owner, disk, clock } = await shardOf(110)
    await owner.assigned(shard, 110)
    const { promise, resolve } = Promise.withResolvers<void>()
    disk.hangsUntil = promise
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const signs = vi.fn(alive)
      const taken = owner.take(batchFrom(100), signs)
      clock.now = 60_000
      vi.advanceTimersByTime(60_000)
      expect(signs).toHaveBeenCalledTimes(60)
      clock.now = 60_001
      vi.advanceTimersByTime(10_000)
      expect(signs).toHaveBeenCalledTimes(60)
      resolve()
      await taken
    } finally {
      vi.useRealTimers()
    }
    await owner.stop()
  })

  test('gives signs of life for a batch that comes on, however long that takes', async () => {
    const { owner, log, clock } = await shardOf(110)
    // A pattern of its batch lies in another shard, whose log is looked through.
    const [looked] = benchmarkMessages({ seed: 1, count: 1, startAt: Date.UTC(2026, 0, 5) })
    const record = { ...looked!, key: Buffer.from(looked!.key), value: Buffer.from(looked!.value) }
    const message = { ...record, offset: 100, headers: undefined }
    const begun = Promise.withResolvers<() => void>()
    const ended = Promise.withResolvers<void>()
    vi.spyOn(log, 'registerPatterns').mockImplementation(
      async (_, ids) => new Map(ids.map((id) => [id, 'elsewhere'])),
    )
    vi.spyOn(log, 'splitPatterns').mockImplementation(async (_, isTheirs) => {
      const found = { ...message, position: 1, sourceOffset: 0, recordedAt: 0, eventId: randomUUID() }
      begun.resolve(() => void isTheirs(found))
      await ended.promise
      throw new Error('the test ends here')
    })
    await owner.assigned(shard, 110)
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const signs = vi.fn(alive)
      const taken = owner.take({ ...batchFrom(100), messages: [message] }, signs)
      const look = await begun.promise
      clock.now = 59_000
      look()
      clock.now = 119_000
      vi.advanceTimersByTime(1_000)
      expect(signs).toHaveBeenCalledTimes(1)
      clock.now = 119_001
      vi.advanceTimersByTime(1_000)
      expect(signs).toHaveBeenCalledTimes(1)
      ended.resolve()
      await expect(taken).rejects.toThrow('the test ends here')
    } finally {
      vi.useRealTimers()
    }
    await owner.stop()
  })

  test('goes on from what is committed if its checkpoint turns out to be behind while a batch is taken', async () => {
    const { owner, disk } = await shardOf(200)
    const [sent] = benchmarkMessages({ seed: 2, count: 1, startAt: Date.UTC(2026, 0, 5) })
    const message = {
      ...sent!,
      key: Buffer.from(sent!.key),
      value: Buffer.from(sent!.value),
      headers: undefined,
    }
    try {
      await owner.assigned(shard, 200)
      await owner.take({ ...batchFrom(100), messages: [{ ...message, offset: 100 }] }, alive)
      await vi.waitFor(() => expect(owner.states()).toMatchObject([{ flushedPosition: 1 }]))
      const hanging = Promise.withResolvers<void>()
      disk.hangsUntil = hanging.promise
      const taken = owner.take(batchFrom(110), alive)
      await owner.compareCheckpoints(async () => new Map())
      hanging.resolve()
      // It was opened again before that batch was in the log, or after: then it is asked for once more, and is there.
      const next = await taken
      expect(next === 120 ? next : await owner.take(batchFrom(next), alive)).toBe(120)
      await vi.waitFor(() => expect(owner.states()).toMatchObject([{ status: 'running' }]))
    } finally {
      await owner.stop()
      await pool.query('truncate projection_checkpoints, pattern_catalogue_v1')
      for (const size of ['hour', 'day', 'week'])
        await pool.query(`truncate pattern_windows_v1_${size}, total_windows_v1_${size}`)
    }
  })

  test('tells how many shards it has, whenever that changes', async () => {
    const { owner, counts } = await shardOf(110)
    await owner.assigned(shard, 110)
    await owner.revoked(shard)
    expect(counts).toEqual([1, 0])
    await owner.stop()
  })
})

describe('a shard that goes elsewhere', () => {
  // The last one: it leaves windows behind in the database.
  test('is let go of, also while its last flush cannot be written', async () => {
    const { owner } = await shardOf(200)
    await owner.assigned(shard, 200)
    const locker = await pool.connect()
    try {
      await locker.query('begin; select 1 from projection_checkpoints for update')
      const [message] = benchmarkMessages({ seed: 1, count: 1, startAt: Date.UTC(2026, 0, 5) })
      const { key, value, timestamp } = message!
      const messages = [
        { offset: 100, key: Buffer.from(key), value: Buffer.from(value), timestamp, headers: undefined },
      ]
      expect(await owner.take({ ...batchFrom(100), messages }, alive)).toBe(110)
      await owner.revoked(shard)
      expect(owner.states()).toEqual([])
    } finally {
      await locker.query('rollback')
      locker.release()
    }
  })
})
