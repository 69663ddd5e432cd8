import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPool } from './pool.ts'
import { transaction } from './transaction.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query('create table notes (note text unique deferrable initially deferred)')
})
afterAll(() => database.drop())

const notes = async (): Promise<string[]> => {
  const { rows } = await database.pool.query<{ note: string }>('select note from notes order by note')
  return rows.map((row) => row.note)
}

const write = (client: pg.ClientBase, note: string) => client.query('insert into notes values ($1)', [note])

const processId = async (client: pg.ClientBase): Promise<number> =>
  (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid

const terminate = (pid: number) => database.pool.query('select pg_terminate_backend($1)', [pid])

describe.each([false, true])('a transaction (sending statements ahead of answers: %s)', (pipeline) => {
  let pool: pg.Pool

  beforeEach(async () => {
    await database.pool.query('truncate notes')
    pool = createPool({
      connectionString: database.url,
      applicationName: 'test',
      max: 1,
      pipeline,
      onIdleError: () => {},
    })
    return () => pool.end()
  })

  it('commits what was done when the work resolves, and answers its result', async () => {
    const result = await transaction(pool, async (client) => {
      await write(client, 'a')
      await write(client, 'b')
      expect(await notes()).toEqual([])
      return 'done'
    })
    expect(result).toBe('done')
    expect(await notes()).toEqual(['a', 'b'])
  })

  it('leaves nothing when the work throws, and throws the same', async () => {
    const fault = new Error('the work failed')
    const work = transaction(pool, async (client) => {
      await write(client, 'a')
      throw fault
    })
    await expect(work).rejects.toBe(fault)
    expect(await notes()).toEqual([])
  })

  it('leaves nothing when a statement fails, and the connection serves on', async () => {
    const work = transaction(pool, async (client) => {
      await write(client, 'a')
      await client.query('select 1 / 0')
    })
    await expect(work).rejects.toMatchObject({ code: '22012' })
    await transaction(pool, (client) => write(client, 'b'))
    expect(await notes()).toEqual(['b'])
  })

  it('leaves nothing when one of several statements sent together fails', async () => {
    const work = transaction(pool, (client) =>
      Promise.all([write(client, 'a'), client.query('select 1 / 0'), write(client, 'b')]),
    )
    await expect(work).rejects.toMatchObject({ code: '22012' })
    await transaction(pool, (client) => write(client, 'c'))
    expect(await notes()).toEqual(['c'])
  })

  it('leaves nothing when the commit itself is refused', async () => {
    const work = transaction(pool, async (client) => {
      await write(client, 'a')
      await write(client, 'a')
    })
    await expect(work).rejects.toMatchObject({ code: '23505' })
    expect(await notes()).toEqual([])
  })

  it('throws if there is no connection to be had', async () => {
    const nowhere = createPool({
      connectionString: 'postgres://nobody@127.0.0.1:1/nothing',
      applicationName: 'test',
      onIdleError: () => {},
    })
    await expect(transaction(nowhere, async () => {})).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await nowhere.end()
  })

  it('drops a connection that broke during a statement, and the next one gets a new one', async () => {
    let broken = 0
    const work = transaction(pool, async (client) => {
      broken = await processId(client)
      await write(client, 'a')
      await Promise.all([client.query('select pg_sleep(60)'), terminate(broken)])
    })
    await expect(work).rejects.toMatchObject({ code: '57P01' })
    const next = await transaction(pool, processId)
    expect(next).not.toBe(broken)
    expect(await notes()).toEqual([])
  })

  it('survives a connection that breaks between two statements', async () => {
    const work = transaction(pool, async (client) => {
      await write(client, 'a')
      const ended = new Promise<void>((resolve) => client.once('end', resolve))
      await terminate(await processId(client))
      await ended
    })
    await expect(work).rejects.toThrow('not queryable')
    await transaction(pool, (client) => write(client, 'b'))
    expect(await notes()).toEqual(['b'])
  })

  it('leaves no listener behind on a connection that serves again and again', async () => {
    const count = (client: pg.PoolClient) => Promise.resolve(client.listenerCount('error'))
    const first = await transaction(pool, count)
    for (let i = 0; i < 20; i++) await transaction(pool, count)
    expect(await transaction(pool, count)).toBe(first)
  })
})
