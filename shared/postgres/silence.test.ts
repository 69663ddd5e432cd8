import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { type Proxy, startProxy, throughProxy } from '@patterns/testing/proxy.ts'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { isTransient } from './isTransient.ts'
import { createPool } from './pool.ts'
import { patient } from './timeLimits.ts'
import { transaction } from './transaction.ts'

let database: TestDatabase
let proxy: Proxy

beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query('create table notes (note text)')
  const { port, hostname: host } = new URL(database.url)
  proxy = await startProxy({ port: Number(port), host })
})
afterAll(async () => {
  await proxy.cut()
  await database.drop()
})

const silence = /^The database has not answered for 0\.8 s$/

/** Fails if it takes far longer than any limit of these tests. */
const thrownBy = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => {
      throw new Error('It should have failed')
    },
    (error: Error) => error,
  )

describe.each([false, true])('a silent database (sending statements ahead of answers: %s)', (pipeline) => {
  let pool: pg.Pool
  const onIdleError = vi.fn()

  beforeEach(async () => {
    await proxy.restore()
    onIdleError.mockClear()
    pool = createPool({
      connectionString: throughProxy(database.url, proxy),
      applicationName: 'test',
      max: 3,
      limits: { ...patient, silenceMs: 800, connectMs: 1_000 },
      pipeline,
      onIdleError,
    })
    return () => pool.end()
  })

  it('fails what is under way as a broken connection does, and new connections serve at once', async () => {
    await Promise.all([1, 2, 3].map(() => pool.query('select 1')))
    proxy.swallow()
    proxy.pass()
    const error = await thrownBy(pool.query('select 1'))
    expect(error.message).toMatch(silence)
    expect(isTransient(error)).toBe(true)
    // The idle ones were silent as well: nobody has to find that out, one after the other.
    await vi.waitFor(() => expect(pool.totalCount).toBe(0), { timeout: 20_000 })
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(onIdleError).not.toHaveBeenCalled()
  })

  it('does not keep a transaction waiting for its rollback, and has none of it', async () => {
    const work = transaction(pool, async (client) => {
      await client.query("insert into notes values ('a')")
      proxy.swallow()
      await client.query("insert into notes values ('b')")
    })
    expect((await thrownBy(work)).message).toMatch(silence)
    proxy.pass()
    expect((await pool.query('select note from notes')).rows).toEqual([])
  })

  it('fails all that was sent ahead on a connection, for the same reason', async () => {
    const client = await pool.connect()
    proxy.swallow()
    const all = await Promise.all([1, 2, 3].map((_, i) => thrownBy(client.query(`select ${i}`))))
    for (const error of all) expect(error.message).toMatch(silence)
    client.release()
    expect(pool.totalCount).toBe(0)
  })

  it('that does not take up a connection either is given up on in time', async () => {
    proxy.swallow()
    const error = await thrownBy(pool.query('select 1'))
    expect(error.message).toBe('timeout expired')
    expect(isTransient(error)).toBe(true)
  })
})

describe('an answer', () => {
  let pool: pg.Pool

  beforeEach(() => {
    // Not through the proxy, which hangs if this process does.
    pool = createPool({
      connectionString: database.url,
      applicationName: 'test',
      limits: { ...patient, silenceMs: 800 },
      onIdleError: () => {},
    })
    return () => pool.end()
  })

  it('of which parts arrive may take long, and a connection that is not asked may be silent', async () => {
    const answer = await pool.query('select pg_sleep(0.2), repeat($1, 20000) from generate_series(1, 6)', [
      'x',
    ])
    expect(answer.rowCount).toBe(6)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(pool.totalCount).toBe(1)
  })

  it('that came while this process hung is no silence', async () => {
    const client = await pool.connect()
    // Sent at once, which a pool would not do before this process hangs.
    const answer = client.query('select 1 as one')
    for (const endsAt = performance.now() + 1_000; performance.now() < endsAt;);
    expect((await answer).rows).toEqual([{ one: 1 }])
    expect((await client.query('select 2 as two')).rows).toEqual([{ two: 2 }])
    client.release()
  })
})

describe('waiting for a connection', () => {
  it('while all are busy is another thing than making one, with a limit of its own', async () => {
    const busy = createPool({
      connectionString: database.url,
      applicationName: 'test',
      max: 1,
      limits: { ...patient, connectMs: 1_500 },
      onIdleError: () => {},
    })
    const first = busy.query('select pg_sleep(2)')
    expect((await busy.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await first
    await busy.end()
    const impatient = createPool({
      connectionString: database.url,
      applicationName: 'test',
      max: 1,
      limits: { ...patient, queueMs: 1_500 },
      onIdleError: () => {},
    })
    const held = await impatient.connect()
    expect((await thrownBy(impatient.query('select 1'))).message).toMatch(/timeout exceeded/)
    held.release()
    await impatient.end()
  })
})
