import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Checkpoint } from '../checkpoint.ts'
import type { CheckpointKey } from '../projection.ts'
import { moveCheckpoint, openCheckpoint } from './moveCheckpoint.ts'

let database: TestDatabase
let pool: pg.Pool
let client: pg.PoolClient
let shards = 0

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => {} })
  client = await pool.connect()
})
afterAll(async () => {
  client.release()
  await pool.end()
  await database.drop()
})

const newKey = (): CheckpointKey => ({ projection: 'windows', version: 1, shard: ++shards })
const begun: Checkpoint = { position: 0, watermark: noWatermark }
const reached: Checkpoint = { position: 7, watermark: Date.UTC(2026, 0, 2) + 3 }

describe('a checkpoint', () => {
  it('begins before the first event, and stays where it is when it is opened again', async () => {
    const key = newKey()
    expect(await openCheckpoint(pool, key)).toEqual(begun)
    expect(await openCheckpoint(pool, key)).toEqual(begun)
  })

  it('moves from where it is, and is found there again', async () => {
    const key = newKey()
    await openCheckpoint(pool, key)
    expect(await moveCheckpoint(client, key, 0, reached)).toBe(true)
    expect(await openCheckpoint(pool, key)).toEqual(reached)
    expect(await moveCheckpoint(client, key, 7, { ...reached, position: 8 })).toBe(true)
    expect(await openCheckpoint(pool, key)).toEqual({ ...reached, position: 8 })
  })

  it('may move while there is no watermark yet', async () => {
    const key = newKey()
    await openCheckpoint(pool, key)
    expect(await moveCheckpoint(client, key, 0, begun)).toBe(true)
    expect(await openCheckpoint(pool, key)).toEqual(begun)
  })

  it('does not move from where it is not', async () => {
    const key = newKey()
    expect(await moveCheckpoint(client, key, 0, reached)).toBe(false)
    await openCheckpoint(pool, key)
    expect(await moveCheckpoint(client, key, 1, reached)).toBe(false)
    expect(await openCheckpoint(pool, key)).toEqual(begun)
  })

  it('is of one projection, one version and one shard', async () => {
    const key = newKey()
    const others = [{ ...key, projection: 'other' }, { ...key, version: 2 }, newKey()]
    for (const each of [key, ...others]) await openCheckpoint(pool, each)
    await moveCheckpoint(client, key, 0, reached)
    for (const other of others) expect(await openCheckpoint(pool, other)).toEqual(begun)
  })

  it('keeps a watermark from before the year 1, and from the last year', async () => {
    const key = newKey()
    await openCheckpoint(pool, key)
    for (const [from, time] of [
      [0, '0000-01-01T00:00:00.001Z'],
      [1, '9999-12-31T23:59:59.999Z'],
    ] as const) {
      const to = { position: from + 1, watermark: Date.parse(time) }
      await moveCheckpoint(client, key, from, to)
      expect(await openCheckpoint(pool, key)).toEqual(to)
    }
  })
})
