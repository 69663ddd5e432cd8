import { randomUUID } from 'node:crypto'
import { windowMs } from '@patterns/projections/window.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { ProjectableEvent } from '../project/projector.ts'
import { createSteppedClock, type SteppedClock } from './steppedClock.ts'
import {
  computeLines,
  type OwnedShard,
  type OwnShardOptions,
  ownShard,
  readLines,
  used,
} from './trendsFixture.ts'

/** A Wednesday, half past noon. */
export const noon = Date.UTC(2026, 2, 4, 12, 30)

/** Two patterns. */
export const [first, second] = [randomUUID(), randomUUID()]

/** A pattern that is used once more each day, until yesterday. */
export const everyDay = (patternId: string, days: number): ProjectableEvent[] =>
  Array.from({ length: days }, (_, i) =>
    Array.from({ length: i + 1 }, () => used(patternId, noon - (days - i) * windowMs.day)),
  ).flat()

/** A shard whose trends have a clock that only a test moves. */
export interface SteppedShard extends OwnedShard {
  readonly shard: number
  readonly clock: SteppedClock
  /** Lets time pass, and waits for what that sets off: how many lines were written in each round. */
  step(milliseconds: number): Promise<number[]>
}

/** Shards of a database of their own. */
export interface SteppedShards {
  readonly pool: pg.Pool
  /** Owns a shard, or one that was owned before again; let go of after the test. */
  own(options?: Partial<OwnShardOptions> & { readonly shard?: number }): Promise<SteppedShard>
  /** The stored lines are those of the windows; one that is not stored is of a series without any point. */
  expectEqual(shard: number, now: number): Promise<void>
}

/** Called in a file: opens the database before its tests, and lets go of everything after them. */
export const createSteppedShards = (): SteppedShards => {
  let database: TestDatabase
  let pool: pg.Pool
  let shards = 0
  const owned: OwnedShard[] = []

  beforeAll(async () => {
    database = await createTestDatabase()
    pool = createPool({
      connectionString: database.url,
      applicationName: 'test',
      pipeline: true,
      onIdleError: () => {},
    })
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

  return {
    get pool() {
      return pool
    },
    async own(options = {}) {
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
      const step = async (milliseconds: number): Promise<number[]> => {
        written.length = 0
        clock.step(milliseconds)
        await opened.trends.settled()
        return [...written]
      }
      return { ...opened, shard, clock, step }
    },
    async expectEqual(shard, now) {
      const stored = await readLines(pool, shard)
      const computed = [...(await computeLines(pool, shard, now))]
      expect(Object.fromEntries(stored)).toEqual(
        Object.fromEntries(computed.filter(([key, { points }]) => points !== 0 || stored.has(key))),
      )
    },
  }
}
