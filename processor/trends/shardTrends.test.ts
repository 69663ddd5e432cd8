import { randomUUID } from 'node:crypto'
import { graceMs, windowMs } from '@patterns/projections/window.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSteppedClock, type SteppedClock } from './steppedClock.ts'
import {
  computeLines,
  type OwnedShard,
  type OwnShardOptions,
  ownShard,
  readLines,
  readTrendsCheckpoint,
  used,
} from './trendsScene.ts'

let database: TestDatabase
let pool: pg.Pool
let shards = 0
const owned: OwnedShard[] = []
const { hour, day } = windowMs

const createTestPool = (url: string) =>
  createPool({ connectionString: url, applicationName: 'test', pipeline: true, onIdleError: () => {} })

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createTestPool(database.url)
})
afterEach(async () => {
  for (const shard of owned.splice(0)) {
    shard.close()
    await shard.trends.settled()
  }
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

/** A Wednesday, half past noon. */
const noon = Date.UTC(2026, 2, 4, 12, 30)

/** A shard, its clock, and how many lines were written in each round. */
const own = async (options: Partial<OwnShardOptions> & { readonly shard?: number } = {}) => {
  const shard = options.shard ?? ++shards
  const clock = (options.clock as SteppedClock | undefined) ?? createSteppedClock(noon)
  const written: number[] = []
  const opened = await ownShard({
    pool,
    backoff: () => 100,
    onWritten: ({ lines }) => lines > 0 && written.push(lines),
    ...options,
    shard,
    clock,
  })
  owned.push(opened)
  /** Lets time pass, and waits for what that sets off. */
  const step = async (milliseconds: number): Promise<number[]> => {
    written.length = 0
    clock.step(milliseconds)
    await opened.trends.settled()
    return [...written]
  }
  return { ...opened, shard, clock, step }
}

/** A line that is not stored is one of a series without any point. */
const expectEqual = async (shard: number, now: number): Promise<void> => {
  const stored = await readLines(pool, shard)
  const computed = [...(await computeLines(pool, shard, now))]
  expect(Object.fromEntries(stored)).toEqual(
    Object.fromEntries(computed.filter(([key, { points }]) => points !== 0 || stored.has(key))),
  )
}

const [first, second] = [randomUUID(), randomUUID()]
const everyDay = (patternId: string, days: number) =>
  Array.from({ length: days }, (_, i) =>
    Array.from({ length: i + 1 }, () => used(patternId, noon - (days - i) * day)),
  ).flat()

describe('the trends of a shard', () => {
  it('are those of its closed windows, once they are committed', async () => {
    const { shard, clock, project, step } = await own()
    await project([...everyDay(first, 20), ...everyDay(second, 10)])
    // Hour, day and two more series, with four metrics each, of two patterns.
    expect(await step(1_000)).toEqual([32])
    await expectEqual(shard, clock.now())
    const usage = (await readLines(pool, shard)).get(`day/30/usage/${first}`)
    expect(usage).toMatchObject({ points: 20, slope: 1, s: 190, span: 19, mean: 10.5 })
    expect(await readTrendsCheckpoint(pool, shard)).toEqual({
      position: 265,
      closedUntil: Date.UTC(2026, 2, 4, 11),
    })
  })

  it('are left alone by events in open windows', async () => {
    const { shard, clock, project, step } = await own()
    await project(everyDay(first, 20))
    await step(1_000)
    const before = await readLines(pool, shard)
    await project([used(first, clock.now()), used(second, clock.now() - hour)])
    expect(await step(1_000)).toEqual([])
    expect(await readLines(pool, shard)).toEqual(before)
    expect((await readTrendsCheckpoint(pool, shard)).position).toBe(212)
  })

  it('are recomputed once, within a second, where late events change closed windows', async () => {
    const { shard, clock, project, step } = await own()
    await project([...everyDay(first, 20), ...everyDay(second, 10)])
    await step(1_000)
    for (let i = 0; i < 5; i++) {
      await project([used(first, noon - 3 * day, { outcome: 'failure', executionTimeMs: 12 })])
      expect(await step(150)).toEqual([])
    }
    // Of the first pattern alone: its days, in both lengths, and its week. The hour is too old.
    expect(await step(250)).toEqual([12])
    await expectEqual(shard, clock.now())
    expect(await step(1_000)).toEqual([])
  })

  it('are recomputed for all patterns, once, when windows close', async () => {
    const { shard, clock, project, step } = await own()
    await project([...everyDay(first, 20), used(second, noon)])
    await step(1_000)
    // An hour of each pattern closes, and none of them was used again.
    clock.set(Date.UTC(2026, 2, 4, 14))
    expect(await step(1_000)).toEqual([8])
    expect(await step(1_000)).toEqual([])
    // Midnight is the end of an hour and a day; the grace passes an hour later.
    clock.set(Date.UTC(2026, 2, 5, 0, 59))
    expect(await step(1_000)).toEqual([8])
    clock.set(Date.UTC(2026, 2, 5, 1))
    expect(await step(1_000)).toEqual([24])
    await expectEqual(shard, clock.now())
    // So is Monday, of a week too.
    clock.set(Date.UTC(2026, 2, 9) + graceMs)
    expect(await step(1_000)).toEqual([32])
    await expectEqual(shard, clock.now())
    expect((await readTrendsCheckpoint(pool, shard)).closedUntil).toBe(Date.UTC(2026, 2, 9))
  })

  it('follow a clock that is set back', async () => {
    const { shard, clock, project, step } = await own()
    await project(everyDay(first, 20))
    await step(1_000)
    clock.set(noon + 200 * day)
    await step(1_000)
    await expectEqual(shard, clock.now())
    clock.set(noon - day)
    await step(1_000)
    await expectEqual(shard, clock.now())
  })

  it('count usage from an event before all others on', async () => {
    const { shard, clock, project, step } = await own()
    await project(everyDay(first, 3))
    await step(1_000)
    expect((await readLines(pool, shard)).get(`day/30/usage/${first}`)!['points']).toBe(3)
    await project([used(first, noon - 300 * day)])
    await step(1_000)
    expect((await readLines(pool, shard)).get(`day/30/usage/${first}`)!['points']).toBe(30)
    await expectEqual(shard, clock.now())
  })

  it('need no figures in memory: what is forgotten is read again', async () => {
    const { shard, clock, project, step } = await own({ mostWindows: 0 })
    await project([...everyDay(first, 20), ...everyDay(second, 10)])
    await step(1_000)
    await project([used(first, noon - 2 * day), used(second, noon - 5 * hour)])
    await step(1_000)
    await expectEqual(shard, clock.now())
    clock.set(noon + day)
    await step(1_000)
    await expectEqual(shard, clock.now())
  })
})

describe('a shard that is opened again', () => {
  it('has its trends brought up to date: events that were projected without them', async () => {
    const before = await own()
    await before.project([...everyDay(first, 20), ...everyDay(second, 10)])
    await before.step(1_000)
    // Committed, and killed before the trends took notice.
    await before.project([used(first, noon - 4 * day)])
    before.close()
    const after = await own({ shard: before.shard })
    await expectEqual(before.shard, after.clock.now())
    expect((await readTrendsCheckpoint(pool, before.shard)).position).toBe(266)
    // Nothing else was computed again.
    expect(await after.step(1_000)).toEqual([])
  })

  it('has its trends brought up to date: windows that closed meanwhile', async () => {
    const before = await own()
    await before.project(everyDay(first, 20))
    await before.step(1_000)
    before.close()
    const after = await own({ shard: before.shard, clock: createSteppedClock(noon + day) })
    await expectEqual(before.shard, after.clock.now())
  })

  it('has lines for all its patterns, however many there are', async () => {
    const before = await own()
    const patterns = Array.from({ length: 120 }, () => randomUUID())
    await before.project(
      patterns.flatMap((id, i) => [used(id, noon - (1 + (i % 9)) * day), used(id, noon - day)]),
    )
    before.close()
    const after = await own({ shard: before.shard })
    expect((await readLines(pool, before.shard)).size).toBe(120 * 16)
    await expectEqual(before.shard, after.clock.now())
    after.clock.set(noon + day)
    expect(await after.step(1_000)).toEqual([1_200, 240])
    await expectEqual(before.shard, after.clock.now())
  })

  it('begins its trends anew where the windows were', async () => {
    const before = await own()
    await before.project(everyDay(first, 20))
    await before.step(1_000)
    before.close()
    for (const table of ['pattern_windows_v1', 'pattern_catalogue_v1', 'projection_checkpoints']) {
      const isCheckpoint = table === 'projection_checkpoints'
      await pool.query(
        `delete from ${table} where shard = $1 ${isCheckpoint ? `and projection = 'pattern_windows'` : ''}`,
        [before.shard],
      )
    }
    const after = await own({ shard: before.shard })
    expect((await readLines(pool, before.shard)).size).toBe(0)
    await after.project(everyDay(second, 10))
    await after.step(1_000)
    await expectEqual(before.shard, after.clock.now())
  })
})

describe('a stale owner', () => {
  it('writes nothing once another has brought the trends further, and ends', async () => {
    const stale = await own()
    await stale.project(everyDay(first, 20))
    await stale.step(1_000)
    const owner = await own({ shard: stale.shard })
    await owner.project([used(first, noon - 4 * day)])
    await owner.step(1_000)
    const lines = await readLines(pool, stale.shard)
    // An hour passes for the stale one alone.
    stale.clock.set(noon + hour)
    expect(await stale.step(1_000)).toEqual([])
    expect(stale.trends.state()).toMatchObject({ status: 'retrying' })
    await stale.step(100)
    expect(stale.trends.state()).toMatchObject({ status: 'fenced' })
    expect(await readLines(pool, stale.shard)).toEqual(lines)
  })

  it('cannot undo a line that was computed from later windows', async () => {
    const stale = await own()
    await stale.project(everyDay(first, 20))
    await stale.step(1_000)
    const owner = await own({ shard: stale.shard })
    await owner.project([used(first, noon - 4 * day)])
    await owner.step(1_000)
    // The moment at which the owner has written the line, and not yet moved the checkpoint.
    await pool.query(
      `update projection_checkpoints set position = 210 where projection = 'pattern_trends' and shard = $1`,
      [stale.shard],
    )
    await stale.project([]).catch(() => {})
    stale.clock.set(noon + day)
    await stale.step(1_000)
    const { position, windows } = (
      await pool.query<{ position: number; windows: number }>(
        'select min(position)::int8 as position, count(distinct closed_until) as windows from pattern_trends_v1 where shard = $1 and granularity = $2',
        [stale.shard, 'day'],
      )
    ).rows[0]!
    expect({ position, windows }).toEqual({ position: 211, windows: 1 })
  })
})

/** The pool, of which no transaction can be begun while something is wrong. */
const failingPool = (isWrong: () => boolean, whatIsWrong: () => Error): pg.Pool =>
  new Proxy(pool, {
    get(target, name) {
      if (name === 'connect' && isWrong()) return () => Promise.reject(whatIsWrong())
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })

describe('where the database fails', () => {
  it('the trends retry, say so, and lose nothing, while the windows go on', async () => {
    const failing = { isDown: false }
    const diskFull = (): Error => Object.assign(new Error('the disk is full'), { code: '53100' })
    const trendsPool = failingPool(() => failing.isDown, diskFull)
    const { shard, clock, project, step, trends } = await own({ trendsPool })
    await project(everyDay(first, 20))
    await step(1_000)
    failing.isDown = true
    await project([used(first, noon - 4 * day)])
    await step(1_000)
    expect(trends.state()).toMatchObject({ status: 'retrying', reason: 'the disk is full' })
    await project([used(second, noon - 4 * day)])
    await step(100)
    failing.isDown = false
    await step(100)
    expect(trends.state()).toMatchObject({ status: 'running', reason: undefined, position: 212 })
    await expectEqual(shard, clock.now())
  })

  it('the trends stop at a fault of our own, and the windows go on', async () => {
    const failing = { isBroken: false }
    const trendsPool = failingPool(
      () => failing.isBroken,
      () => new TypeError('a fault of our own'),
    )
    const { project, step, trends, projector } = await own({ trendsPool })
    await project(everyDay(first, 20))
    await step(1_000)
    failing.isBroken = true
    await project([used(first, noon - 4 * day)])
    await step(1_000)
    expect(trends.state()).toMatchObject({ status: 'stopped', reason: 'a fault of our own' })
    await project([used(first, noon - 4 * day)])
    expect(projector.flushedPosition()).toBe(212)
  })
})
