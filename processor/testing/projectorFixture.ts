import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { histories } from '@patterns/testing/eventHistories.ts'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { openProjector, type Projector, type ProjectorOptions } from '../project/projector.ts'

/** Histories, the same each time. */
export const drawn = (numRuns: number, maxLength = 40) =>
  fc.sample(histories(maxLength), { numRuns, seed: 8_053 }).filter((history) => history.length > 3)

/** One that is long enough to be parted. */
export const someHistory = drawn(20, 60).find((history) => history.length > 20)!

/** So long that nothing is flushed but when a test says so. */
export const never = 1_000_000

/** Projectors of shards in a database of their own. */
export interface ProjectorFixture {
  readonly pool: pg.Pool
  /** A shard that no other test of the suite uses. */
  newShard(): number
  /** A projector that flushes only when it is told to; it is closed after the test. */
  open(shard: number, options?: Partial<ProjectorOptions>): Promise<Projector>
}

/** Called in a file: opens the database before its tests, and lets go of everything after them. */
export const createProjectorFixture = (): ProjectorFixture => {
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

  const open = async (shard: number, options: Partial<ProjectorOptions> = {}): Promise<Projector> => {
    const projector = await openProjector({
      pool,
      checkpointKey: { projection: 'windows', version: 1, shard },
      flushIntervalMs: never,
      now: () => 0,
      onFailure: () => {},
      ...options,
    })
    opened.push(projector)
    return projector
  }

  return {
    get pool() {
      return pool
    },
    newShard: () => ++shards,
    open,
  }
}
