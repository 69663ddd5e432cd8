import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readVector } from './reading/readVector.ts'
import { servedProjections, servedTables, servedVersion } from './served.ts'
import { shardTableNamesOf } from './tables.ts'
import { forgetShard } from './writing/forgetShard.ts'
import { moveCheckpoint, openCheckpoint } from './writing/moveCheckpoint.ts'

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

const { windows, trends } = servedProjections

describe('of the version that is served', () => {
  it('every table is there', async () => {
    const names = Object.values(servedTables).flatMap((table: string | Readonly<Record<string, string>>) =>
      typeof table === 'string' ? table : Object.values(table),
    )
    const { rows } = await pool.query<{ name: string }>(
      'select name from unnest($1::text[]) as name where to_regclass(name) is null',
      [names],
    )
    expect(rows).toEqual([])
  })

  it('the tables that the owner of a shard writes are all those with a shard', async () => {
    const { rows } = await pool.query<{ name: string }>(
      `select relname as name from pg_attribute join pg_class on pg_class.oid = attrelid
       where attname = 'shard' and relkind in ('r', 'p') and not relispartition and relname like $1`,
      [`%\\_v${servedVersion}%`],
    )
    expect(shardTableNamesOf(servedVersion).toSorted()).toEqual(rows.map(({ name }) => name).toSorted())
  })
})

describe('a vector', () => {
  it('has the checkpoints of one projection in one version, in the order of shards', async () => {
    const at = async (key: Parameters<typeof openCheckpoint>[1], position: number) => {
      await openCheckpoint(pool, key)
      await moveCheckpoint(pool, key, 0, { position, watermark: 0 })
    }
    await at({ ...windows, shard: 10 }, 3)
    await at({ ...windows, shard: 2 }, 4)
    await at({ ...windows, version: servedVersion + 1, shard: 2 }, 5)
    await at({ ...trends, shard: 2 }, 6)
    expect([...(await readVector(pool, windows))]).toEqual([
      [2, 4],
      [10, 3],
    ])
    expect([...(await readVector(pool, trends))]).toEqual([[2, 6]])
    await forgetShard(pool, servedVersion, 2)
    expect([...(await readVector(pool, windows))]).toEqual([[10, 3]])
    expect([...(await readVector(pool, trends))]).toEqual([])
    expect([...(await readVector(pool, { ...windows, version: servedVersion + 1 }))]).toEqual([[2, 5]])
  })
})
