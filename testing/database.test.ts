import { describe, expect, it } from 'vitest'
import { createTestDatabase } from './database.ts'

describe('a test database', () => {
  it('is migrated, empty, and apart from every other', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
    await one.pool.query(
      'insert into event_log_shards (shard, first_source_offset, next_source_offset) values (0, 0, 0)',
    )
    const { rows } = await other.pool.query('select count(*)::int as count from event_log_shards')
    expect(rows).toEqual([{ count: 0 }])
    await Promise.all([one.drop(), other.drop()])
  })

  it('can be dropped while connections to it are open, and twice', async () => {
    const database = await createTestDatabase()
    const client = await database.pool.connect()
    client.on('error', () => {})
    client.release()
    await database.drop()
    await database.drop()
    await expect(createConnection(database.url)).rejects.toThrow(/does not exist/)
  })
})

const createConnection = async (url: string) => {
  const { default: pg } = await import('pg')
  await new pg.Client({ connectionString: url }).connect()
}
