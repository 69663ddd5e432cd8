import { randomUUID } from 'node:crypto'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { seedProjections } from '@patterns/testing/seedProjections.ts'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPlaceFinder } from './patternPlaces.ts'

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

const { windows } = servedProjections
const finder = (horizon = 1_000_000) => createPlaceFinder({ pool, windows, horizon })

let shards = 0
/** A shard whose event at each position is of the pattern and of the hour that are given. */
const givenShard = async (events: readonly (readonly [patternId: string, hour: number])[]) => {
  const shard = ++shards
  await seedProjections(
    { pool, eventLog: createPostgresEventLog({ pool }) },
    events.map(([pattern_id, hour]) => ({
      shard,
      body: {
        type: 'pattern.used',
        pattern_id,
        outcome: 'success',
        occurred_at: new Date(Date.UTC(2026, 0, 5, hour)).toISOString(),
      },
    })),
  )
  return shard
}

describe('the places of patterns in the log of a shard', () => {
  it('are few, however long the log is', async () => {
    const [often, rarely] = [randomUUID(), randomUUID()]
    const events = Array.from({ length: 5_000 }, (_, i) => [often, i % 3] as const)
    const shard = await givenShard([...events, [rarely, 0], ...events, [rarely, 5], [rarely, 5]])
    expect(await finder()([rarely], shard, 10_003)).toEqual([
      { first: 5_001, last: 5_512 },
      { first: 10_002, last: 10_003 },
    ])
    expect(await finder()([often, rarely], shard, 10_003)).toEqual([{ first: 1, last: 10_003 }])
    expect(await finder(2)([rarely], shard, 10_003)).toEqual([{ first: 10_002, last: 10_003 }])
    expect(await finder()([randomUUID()], shard, 10_003)).toEqual([])
  })

  it('are in order, apart, within the horizon, and hold every event of them, whatever is projected', async () => {
    const patterns = Array.from({ length: 4 }, () => randomUUID())
    const event = fc.tuple(fc.constantFrom(...patterns), fc.nat({ max: 30 }))
    const history = fc.array(event, { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.subarray(patterns, { minLength: 1 }),
        fc.nat({ max: 60 }),
        fc.integer({ min: 1, max: 80 }),
        async (events, asked, projected, horizon) => {
          const shard = await givenShard(events)
          await pool.query(
            'update projection_checkpoints set position = least(position, $2) where shard = $1',
            [shard, projected],
          )
          const places = await finder(horizon)(asked, shard, events.length)
          const looked = places.flatMap(({ first, last }) =>
            Array.from({ length: last - first + 1 }, (_, i) => first + i),
          )
          expect(looked).toEqual([...new Set(looked)].toSorted((a, b) => a - b))
          const oldest = Math.max(1, events.length - horizon + 1)
          for (const position of looked) expect(position).toBeGreaterThanOrEqual(oldest)
          for (const [i, [patternId]] of events.entries())
            if (asked.includes(patternId) && i + 1 >= oldest) expect(looked).toContain(i + 1)
        },
      ),
      { numRuns: 25 },
    )
  })
})
