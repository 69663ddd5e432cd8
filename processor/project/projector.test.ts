import { foldEvent } from '@patterns/projections/fold.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { histories, type RecordedEvent } from '@patterns/testing/eventHistories.ts'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openProjector, ProjectionError, type Projector, type ProjectorOptions } from './projector.ts'
import { readProjection, recountProjection, rowsAsText } from './storedProjection.ts'
import { FencedError, flushChannel } from './writeFlush.ts'

let database: TestDatabase
let pool: pg.Pool
let shards = 0
const opened: Projector[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  // As the processor has it.
  pool = createPool({
    connectionString: database.url,
    applicationName: 'test',
    pipeline: true,
    onIdleError: () => {},
  })
})
afterEach(() => {
  for (const projector of opened.splice(0)) projector.close()
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const patience = { timeout: 20_000, interval: 10 }

/** So long that nothing is flushed but when a test says so. */
const never = 1_000_000

const open = async (shard: number, options: Partial<ProjectorOptions> = {}): Promise<Projector> => {
  const projector = await openProjector({
    pool,
    lane: { projection: 'windows', version: 1, shard },
    flushIntervalMs: never,
    now: () => 0,
    onFailure: () => {},
    ...options,
  })
  opened.push(projector)
  return projector
}

const projectAtOnce = async (history: readonly RecordedEvent[]): Promise<number> => {
  const shard = ++shards
  const projector = await open(shard)
  await projector.take(history, 0)
  await projector.flush()
  return shard
}

const drawn = (numRuns: number, maxLength = 40) =>
  fc.sample(histories(maxLength), { numRuns, seed: 8_053 }).filter((history) => history.length > 3)

const someHistory = drawn(20, 60).find((history) => history.length > 20)!

/** What happens after a batch: nothing, a flush, or a crash that loses what was not flushed. */
const steps = fc.array(
  fc.record({
    events: fc.integer({ min: 0, max: 12 }),
    after: fc.constantFrom('nothing', 'nothing', 'flush', 'crash' as const),
  }),
  { minLength: 1, maxLength: 8 },
)

const projectInSteps = async (
  history: readonly RecordedEvent[],
  all: readonly { events: number; after: string }[],
  mostStates?: number,
): Promise<number> => {
  const shard = ++shards
  const reopen = () => open(shard, mostStates === undefined ? {} : { mostStates })
  let projector = await reopen()
  for (const { events, after } of all) {
    await projector.take(history.slice(projector.position(), projector.position() + events), 0)
    if (after === 'flush') await projector.flush()
    if (after !== 'crash') continue
    projector.close()
    projector = await reopen()
  }
  await projector.take(history.slice(projector.position()), 0)
  await projector.flush()
  return shard
}

describe('projecting a history', () => {
  it('gives just the rows, entries and checkpoint that a recount from the definitions gives', async () => {
    await fc.assert(
      fc.asyncProperty(histories(40), async (history) => {
        const shard = await projectAtOnce(history)
        expect(await readProjection(pool, shard)).toEqual(recountProjection(history))
      }),
      { numRuns: 20 },
    )
  })

  it('gives the same, to the last byte, in any batches, with any flushes, after any crashes', async () => {
    await fc.assert(
      fc.asyncProperty(histories(40), steps, async (history, all) => {
        const live = await projectInSteps(history, all)
        expect(await readProjection(pool, live)).toEqual(recountProjection(history))
        expect(await rowsAsText(pool, live)).toEqual(await rowsAsText(pool, await projectAtOnce(history)))
      }),
      { numRuns: 20 },
    )
  })

  it('gives the same however few states it may keep in memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories(40),
        steps,
        fc.integer({ min: 1, max: 8 }),
        async (history, all, mostStates) => {
          const shard = await projectInSteps(
            history,
            all.map(({ events }) => ({ events, after: 'flush' })),
            mostStates,
          )
          expect(await readProjection(pool, shard)).toEqual(recountProjection(history))
        },
      ),
      { numRuns: 20 },
    )
  })

  it('remembers the last event that came after its hour had settled', async () => {
    const at = (time: string): RecordedEvent => ({
      event: { ...someHistory[0]!.event, occurredAt: Date.parse(time) },
      recordedAt: Date.parse('2026-02-01T00:00:00Z'),
    })
    const shard = await projectAtOnce([
      at('2026-01-05T10:00:00Z'),
      at('2026-01-05T07:00:00Z'),
      at('2026-01-05T08:00:00Z'),
      at('2026-01-05T12:00:00Z'),
    ])
    expect((await readProjection(pool, shard)).checkpoint).toEqual({
      position: 4,
      watermark: Date.parse('2026-01-05T12:00:00Z'),
      lastLatePosition: 2,
    })
  })
})

describe('a flush', () => {
  it('is all that makes folded events visible, and tells how much it wrote', async () => {
    const onFlush = vi.fn()
    const shard = ++shards
    const projector = await open(shard, { onFlush })
    await projector.take(someHistory, 0)
    expect([projector.position(), projector.flushedPosition()]).toEqual([someHistory.length, 0])
    expect((await readProjection(pool, shard)).windows.size).toBe(0)
    await projector.flush()
    expect(projector.flushedPosition()).toBe(someHistory.length)
    const patternRows = [...recountProjection(someHistory).windows.keys()].filter(
      (key) => !key.includes('total'),
    )
    expect(onFlush.mock.calls).toEqual([
      [
        {
          events: someHistory.length,
          rows: patternRows.length,
          seconds: expect.any(Number),
          position: someHistory.length,
        },
      ],
    ])
  })

  it('of nothing writes nothing', async () => {
    const onFlush = vi.fn()
    const projector = await open(++shards, { onFlush })
    await projector.flush()
    await projector.take([], 0)
    await projector.flush()
    expect(onFlush).not.toHaveBeenCalled()
  })

  it('tells its shard and position to those who listen, once it is committed', async () => {
    const listener = await pool.connect()
    const heard: (string | undefined)[] = []
    const shard = ++shards
    try {
      await listener.query(`listen ${flushChannel}`)
      listener.on('notification', ({ payload }) => heard.push(payload))
      const projector = await open(shard)
      await projector.take(someHistory.slice(0, 5), 0)
      await projector.flush()
      await projector.take(someHistory.slice(5, 7), 0)
      await projector.flush()
      await vi.waitFor(() => expect(heard).toEqual([`${shard}:5`, `${shard}:7`]), patience)
    } finally {
      listener.release(true)
    }
  })

  it('comes by itself, when no further events do', async () => {
    const { promise, resolve } = Promise.withResolvers<number>()
    const shard = ++shards
    const projector = await open(shard, { flushIntervalMs: 10, onFlush: ({ position }) => resolve(position) })
    await projector.take(someHistory, 0)
    expect(await promise).toBe(someHistory.length)
    expect(await readProjection(pool, shard)).toEqual(recountProjection(someHistory))
  })

  it('by itself comes late in a backlog, and soon again at the head of the log', async () => {
    const projector = await open(++shards, { flushIntervalMs: 100 })
    const setTimer = vi.spyOn(globalThis, 'setTimeout')
    await projector.take(someHistory.slice(0, 5), 1_000_000)
    await projector.take(someHistory.slice(5, 10), 0)
    expect(setTimer.mock.calls.map(([, afterMs]) => afterMs)).toEqual([2_000, 100])
  })

  it('comes with the batch that finds the oldest event pending for long enough', async () => {
    let time = 0
    const projector = await open(++shards, { now: () => time })
    await projector.take(someHistory.slice(0, 5), 0)
    time = never - 1
    await projector.take(someHistory.slice(5, 6), 0)
    expect(projector.flushedPosition()).toBe(0)
    time = never
    await projector.take(someHistory.slice(6, 7), 0)
    await vi.waitFor(() => expect(projector.flushedPosition()).toBe(7), patience)
  })

  it('is written while folding goes on; only the next one waits for it', async () => {
    const shard = ++shards
    let time = 0
    const projector = await open(shard, { now: () => time, flushIntervalMs: 10_000 })
    const locker = await pool.connect()
    try {
      await locker.query('begin')
      await locker.query('select 1 from projection_checkpoints where shard = $1 for update', [shard])
      await projector.take(someHistory.slice(0, 4), 0)
      time += 10_000
      await projector.take(someHistory.slice(4, 5), 0)
      // These are the first of the next flush, and too young for it.
      await projector.take(someHistory.slice(5, 10), 0)
      expect([projector.position(), projector.flushedPosition()]).toEqual([10, 0])
      time += 10_000
      let isTaken = false
      const waiting = projector.take(someHistory.slice(10, 15), 0).then(() => (isTaken = true))
      await locker.query('select 1')
      expect([isTaken, projector.position(), projector.flushedPosition()]).toEqual([false, 15, 0])
      await locker.query('commit')
      await waiting
    } finally {
      locker.release(true)
    }
    await projector.take(someHistory.slice(15), 0)
    await projector.flush()
    expect(await readProjection(pool, shard)).toEqual(recountProjection(someHistory))
  })

  it('that fails leaves nothing, tells so once, and ends the projector', async () => {
    const shard = ++shards
    const onFailure = vi.fn()
    await pool.query(
      `create function refuse() returns trigger language plpgsql as
       $$ begin if new.shard = ${shard} then raise 'disk full' using errcode = '53100'; end if; return new; end $$`,
    )
    await pool.query(
      'create trigger refuse before insert on pattern_catalogue_v1 for each row execute function refuse()',
    )
    const projector = await open(shard, { onFailure })
    await projector.take(someHistory, 0)
    await expect(projector.flush()).rejects.toMatchObject({ code: '53100' })
    await expect(projector.take(someHistory, 0)).rejects.toMatchObject({ code: '53100' })
    await expect(projector.flush()).rejects.toMatchObject({ code: '53100' })
    expect(onFailure.mock.calls).toEqual([[expect.objectContaining({ code: '53100' })]])
    expect(await readProjection(pool, shard)).toEqual(recountProjection([]))
    expect(projector.flushedPosition()).toBe(0)

    await pool.query('drop trigger refuse on pattern_catalogue_v1')
    const next = await open(shard)
    await next.take(someHistory, 0)
    await next.flush()
    expect(await readProjection(pool, shard)).toEqual(recountProjection(someHistory))
  })
})

describe('of two projectors of one shard', () => {
  it('the one that flushes second is fenced, and changes nothing', async () => {
    const shard = ++shards
    const onFailure = vi.fn()
    const [first, second] = await Promise.all([open(shard), open(shard, { onFailure })])
    await first.take(someHistory.slice(0, 10), 0)
    await second.take(someHistory, 0)
    await first.flush()
    await expect(second.flush()).rejects.toThrow(FencedError)
    await expect(second.take([], 0)).rejects.toThrow(`Shard ${shard} has another owner`)
    expect(onFailure).toHaveBeenCalledExactlyOnceWith(expect.any(FencedError))
    expect(await readProjection(pool, shard)).toEqual(recountProjection(someHistory.slice(0, 10)))
  })

  it('just one commits, when both flush at once', async () => {
    for (const history of drawn(10)) {
      const shard = ++shards
      const both = await Promise.all([open(shard), open(shard)])
      await Promise.all(both.map((projector) => projector.take(history, 0)))
      const results = await Promise.allSettled(both.map((projector) => projector.flush()))
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(await readProjection(pool, shard)).toEqual(recountProjection(history))
    }
  })

  it('the stale one is fenced also after the other has gone', async () => {
    const shard = ++shards
    const stale = await open(shard)
    await stale.take(someHistory.slice(0, 5), 0)
    await stale.flush()
    const other = await open(shard)
    await other.take(someHistory.slice(5, 10), 0)
    await other.flush()
    other.close()
    await stale.take(someHistory.slice(5, 6), 0)
    await expect(stale.flush()).rejects.toThrow(FencedError)
    expect(await readProjection(pool, shard)).toEqual(recountProjection(someHistory.slice(0, 10)))
  })
})

describe('an event that cannot be projected', () => {
  const fault = new Error('division by zero')
  const faultyAt =
    (position: number): NonNullable<ProjectorOptions['fold']> =>
    (deltas, placed) => {
      if (placed.position === position) throw fault
      return foldEvent(deltas, placed)
    }

  it('stops the shard there, with its position and id, and nothing after the last flush is written', async () => {
    const shard = ++shards
    const onFailure = vi.fn()
    const projector = await open(shard, { fold: faultyAt(8), onFailure })
    await projector.take(someHistory.slice(0, 5), 0)
    await projector.flush()
    const failure = await projector.take(someHistory.slice(5), 0).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(ProjectionError)
    expect(failure).toMatchObject({
      message: `Shard ${shard} stops at position 8, event ${someHistory[7]!.event.eventId}: division by zero`,
      shard,
      position: 8,
      cause: fault,
    })
    await expect(projector.take([], 0)).rejects.toBe(failure)
    await expect(projector.flush()).rejects.toBe(failure)
    expect(onFailure).not.toHaveBeenCalled()
    expect(await readProjection(pool, shard)).toEqual(recountProjection(someHistory.slice(0, 5)))
  })

  it('is met again by whoever opens the shard next, and is projected once the fault is mended', async () => {
    const shard = ++shards
    const before = await open(shard, { fold: faultyAt(8) })
    await expect(before.take(someHistory, 0)).rejects.toThrow('stops at position 8')
    const again = await open(shard, { fold: faultyAt(8) })
    await expect(again.take(someHistory, 0)).rejects.toThrow('stops at position 8')
    const mended = await open(shard)
    await mended.take(someHistory.slice(mended.position()), 0)
    await mended.flush()
    expect(await readProjection(pool, shard)).toEqual(recountProjection(someHistory))
  })

  it('says so whatever was thrown', async () => {
    const fold = () => {
      // oxlint-disable-next-line only-throw-error -- a library may throw anything
      throw 'a text'
    }
    const projector = await open(++shards, { fold })
    await expect(projector.take(someHistory, 0)).rejects.toThrow(/: a text$/)
  })
})

describe('a projector that is closed', () => {
  it('takes nothing and writes nothing any more', async () => {
    const shard = ++shards
    const projector = await open(shard, { flushIntervalMs: 1 })
    await projector.take(someHistory, 0)
    projector.close()
    projector.close()
    await expect(projector.take(someHistory, 0)).rejects.toThrow(`The projector of shard ${shard} is closed`)
    await expect(projector.flush()).rejects.toThrow('is closed')
    expect(await readProjection(pool, shard)).toEqual(recountProjection([]))
  })

  it('does not tell of a flush that fails afterwards', async () => {
    const shard = ++shards
    const onFailure = vi.fn()
    const [winner, closed] = await Promise.all([open(shard), open(shard, { onFailure })])
    await closed.take(someHistory, 0)
    await winner.take(someHistory, 0)
    await winner.flush()
    const flushing = closed.flush()
    closed.close()
    await expect(flushing).rejects.toThrow('is closed')
    expect(onFailure).not.toHaveBeenCalled()
  })
})
