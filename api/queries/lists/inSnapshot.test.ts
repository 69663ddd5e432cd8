import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inSnapshot } from './inSnapshot.ts'

let database: TestDatabase
let pool: pg.Pool

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => {} })
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

const move = {
  text: `insert into projection_checkpoints (projection, version, shard, position) values ('moved', 1, 0, 1)
    on conflict (projection, version, shard) do update set position = projection_checkpoints.position + 1`,
}
const read = { text: `select position from projection_checkpoints where projection = 'moved'` }

it('all statements of an answer are of one moment, though a refresh commits between them', async () => {
  await pool.query(move)
  const seen = await inSnapshot(pool, async (reader) => {
    const before = await reader.query<{ position: number }>(read)
    await pool.query(move)
    const after = await reader.query<{ position: number }>(read)
    return [before, after].map(({ rows }) => rows[0]!.position)
  })
  expect(seen).toEqual([1, 1])
  expect((await pool.query(read)).rows).toEqual([{ position: 2 }])
})

it('nothing can be written in one', async () => {
  await expect(inSnapshot(pool, (reader) => reader.query(move))).rejects.toThrow('read-only transaction')
})
