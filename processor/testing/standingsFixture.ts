import { servedProjections, servedVersion } from '@patterns/read-model/served.ts'
import { forgetShard } from '@patterns/read-model/writing/forgetShard.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, expect } from 'vitest'
import { openProjector, type Projector } from '../project/projector.ts'
import { recountStandings } from './recountStandings.ts'
import { readStandings, readStandingsCheckpoint } from './storedStandings.ts'

/** A database of its own, with shards whose events are projected into windows, and their standings. */
export interface StandingsFixture {
  readonly pool: pg.Pool
  /** Begins with an empty database. */
  clear(): Promise<void>
  /** Appends events to the log of a shard and projects them. */
  append(shard: number, events: readonly PatternEvent[]): Promise<void>
  /** Lets go of a shard's projector and opens it again. */
  restart(shard: number): Promise<void>
  /** Deletes what a shard was counted to, and counts it again as far as `upTo`. */
  rebuild(shard: number, upTo: number): Promise<void>
  /** Projects what a rebuild left out. */
  catchUp(shard: number): Promise<void>
  /** How many events of each shard are in its windows; shards that were never opened are left out. */
  projected(): [shard: number, position: number][]
  logLength(shard: number): number
  /** The standings are those of the events that their checkpoint accounts for, at its hour. */
  expectRecount(): Promise<void>
}

/** Called in a file: opens the database before its tests, and lets go of it after them. */
export const createStandingsFixture = (): StandingsFixture => {
  let database: TestDatabase
  let pool: pg.Pool
  let logs = new Map<number, PatternEvent[]>()
  const projectors = new Map<number, Projector>()

  const closeAll = (): void => {
    for (const projector of projectors.values()) projector.close()
    projectors.clear()
  }
  beforeAll(async () => {
    database = await createTestDatabase()
    pool = createPool({
      connectionString: database.url,
      applicationName: 'test',
      pipeline: true,
      onIdleError: () => {},
    })
  })
  afterAll(async () => {
    closeAll()
    await pool.end()
    await database.drop()
  })

  const open = async (shard: number): Promise<Projector> => {
    const opened =
      projectors.get(shard) ??
      (await openProjector({
        pool,
        checkpointKey: { ...servedProjections.windows, shard },
        flushIntervalMs: 1_000_000,
        now: () => 0,
        onFailure: () => {},
      }))
    projectors.set(shard, opened)
    return opened
  }
  const close = (shard: number): void => {
    projectors.get(shard)?.close()
    projectors.delete(shard)
  }
  const projectUpTo = async (shard: number, position: number): Promise<void> => {
    const projector = await open(shard)
    const events = (logs.get(shard) ?? []).slice(projector.position(), position)
    await projector.take(
      events.map((event) => ({ event, recordedAt: event.occurredAt })),
      0,
    )
    await projector.flush()
  }
  const catchUp = (shard: number): Promise<void> => projectUpTo(shard, Number.POSITIVE_INFINITY)

  return {
    get pool() {
      return pool
    },
    async clear() {
      closeAll()
      logs = new Map()
      const { rows } = await pool.query<{ name: string }>(
        `select relname as name from pg_class
         where relkind = 'r' and relname ~ '^(pattern_windows|pattern_catalogue|total|open|closed)_.*v1|^projection_checkpoints$'`,
      )
      await pool.query(`truncate ${rows.map(({ name }) => name).join(', ')}`)
    },
    async append(shard, events) {
      logs.set(shard, [...(logs.get(shard) ?? []), ...events])
      await catchUp(shard)
    },
    async restart(shard) {
      close(shard)
      await open(shard)
    },
    async rebuild(shard, upTo) {
      close(shard)
      await transaction(pool, (client) => forgetShard(client, servedVersion, shard))
      await projectUpTo(shard, upTo)
    },
    catchUp,
    projected: () =>
      [...projectors]
        .map(([shard, projector]): [number, number] => [shard, projector.flushedPosition()])
        .toSorted(([a], [b]) => a - b),
    logLength: (shard) => logs.get(shard)?.length ?? 0,
    async expectRecount() {
      const { vector, closedUntil } = (await readStandingsCheckpoint(pool)) ?? {
        vector: new Map<number, number>(),
        closedUntil: 0,
      }
      const accounted = [...logs].flatMap(([shard, log]) => log.slice(0, vector.get(shard) ?? 0))
      expect(await readStandings(pool)).toEqual(recountStandings(accounted, closedUntil))
    },
  }
}
