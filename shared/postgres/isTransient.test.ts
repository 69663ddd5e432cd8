import { createTestDatabase } from '@patterns/testing/database.ts'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { isTransient } from './isTransient.ts'

const withCode = (code: string): Error => Object.assign(new Error('from the server'), { code })

/** What a connection or a statement really throws. */
const thrownBy = async (
  connectionString: string,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<unknown> => {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await work(client)
    return undefined
  } catch (error) {
    return error
  } finally {
    await client.end().catch(() => {})
  }
}

describe('a failure', () => {
  it.each([
    ['08006', 'connection failure'],
    ['40001', 'serialization failure'],
    ['40P01', 'deadlock'],
    ['53100', 'disk full'],
    ['53300', 'too many connections'],
    ['57014', 'statement timeout'],
    ['57P01', 'administrator shutdown'],
    ['57P03', 'still starting'],
    ['58030', 'input or output error'],
  ])('with SQLSTATE %s (%s) may pass by itself', (code) => {
    expect(isTransient(withCode(code))).toBe(true)
  })

  it.each([
    ['22P05', 'untranslatable character'],
    ['23505', 'unique violation'],
    ['28P01', 'invalid password'],
    ['3D000', 'no such database'],
    ['42P01', 'no such table'],
    ['42501', 'no right to'],
  ])('with SQLSTATE %s (%s) stays', (code) => {
    expect(isTransient(withCode(code))).toBe(false)
  })

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN'])(
    'of the network, %s, may pass by itself',
    (code) => {
      expect(isTransient(withCode(code))).toBe(true)
    },
  )

  it.each([
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
    'timeout exceeded when trying to connect',
    'timeout expired',
  ])('of the client, "%s", may pass by itself', (message) => {
    expect(isTransient(new Error(message))).toBe(true)
  })

  it('of every address of a host may pass if that of one may', () => {
    expect(isTransient(new AggregateError([new Error('other'), withCode('ECONNREFUSED')]))).toBe(true)
    expect(isTransient(new AggregateError([new Error('other')]))).toBe(false)
  })

  it('that is a fault in our code, or no error at all, stays', () => {
    for (const fault of [
      new TypeError('x is not a function'),
      'ECONNREFUSED',
      undefined,
      null,
      { code: '08006' },
    ])
      expect(isTransient(fault)).toBe(false)
  })

  it('is told apart as the real server and client report it', async () => {
    const database = await createTestDatabase()
    const refused = await thrownBy('postgres://nobody@localhost:1/nothing', async () => {})
    const killed = await thrownBy(database.url, (client) =>
      client.query('select pg_terminate_backend(pg_backend_pid())'),
    )
    const slow = await thrownBy(database.url, (client) =>
      client.query("set statement_timeout = '10ms'").then(() => client.query('select pg_sleep(60)')),
    )
    const unknown = await thrownBy(database.url, (client) => client.query('select * from nothing'))
    await database.drop()
    expect([refused, killed, slow, unknown].map(isTransient)).toEqual([true, true, true, false])
  })
})
