import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isTransient } from './isTransient.ts'
import { createPool, type PoolOptions } from './pool.ts'
import { patient } from './timeLimits.ts'

let database: TestDatabase
const pools: pg.Pool[] = []

const open = (options: Partial<PoolOptions> = {}): pg.Pool => {
  const pool = createPool({
    connectionString: database.url,
    applicationName: 'test',
    onIdleError: () => {},
    ...options,
  })
  pools.push(pool)
  return pool
}

const valueOf = async (pool: pg.Pool | pg.ClientBase, expression: string, values: unknown[] = []) =>
  (await pool.query<{ value: unknown }>(`select ${expression} as value`, values)).rows[0]!.value

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await database.drop()
})

describe('what a pool reads', () => {
  it('is a number for bigint, exact up to 2^53 - 1', async () => {
    const pool = open()
    expect(await valueOf(pool, '9007199254740991::int8')).toBe(Number.MAX_SAFE_INTEGER)
    expect(await valueOf(pool, '-9007199254740991::int8')).toBe(Number.MIN_SAFE_INTEGER)
    expect(await valueOf(pool, 'null::int8')).toBeNull()
    expect(await valueOf(pool, 'count(*)')).toBe(1)
  })

  it('is a bigint for numeric, exact however large', async () => {
    expect(await valueOf(open(), '123456789012345678901234567890::numeric')).toBe(
      123_456_789_012_345_678_901_234_567_890n,
    )
  })

  it("is what pg's own parsers make of all else", async () => {
    const pool = open()
    expect(await valueOf(pool, "'2026-01-02T03:04:05.678Z'::timestamptz")).toEqual(
      new Date('2026-01-02T03:04:05.678Z'),
    )
    expect(await valueOf(pool, '1.5::float8')).toBe(1.5)
    expect(await valueOf(pool, "'\\x00ff'::bytea")).toEqual(Buffer.from([0, 255]))
    expect(await valueOf(pool, '\'{"a": 1}\'::jsonb')).toEqual({ a: 1 })
  })

  it("does not depend on the machine's zone, nor on its old offsets with seconds", async () => {
    const before = process.env['TZ']
    process.env['TZ'] = 'Africa/Monrovia'
    try {
      const old = new Date('1971-06-01T12:00:00.123Z')
      expect(old.getSeconds()).not.toBe(0)
      expect(await valueOf(open(), '$1::timestamptz', [old])).toEqual(old)
      expect(await valueOf(open(), "to_char($1::timestamptz, 'HH24:MI:SS')", [old])).toBe('12:00:00')
    } finally {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    }
  })
})

describe('a connection of a pool', () => {
  it('is named, in UTC, and has no time limit unless one is asked for', async () => {
    const pool = open({ applicationName: 'the name' })
    expect(await valueOf(pool, "current_setting('application_name')")).toBe('the name')
    expect(await valueOf(pool, "current_setting('timezone')")).toBe('UTC')
    expect(await valueOf(pool, "current_setting('statement_timeout')")).toBe('0')
  })

  it('ends a statement that takes longer than its limit', async () => {
    const pool = open({ limits: { ...patient, statementMs: 20 } })
    await expect(pool.query('select pg_sleep(60)')).rejects.toMatchObject({ code: '57014' })
  })

  it('that hangs within a transaction gives up what it locked', async () => {
    const hanging = await open({ transactionIdleTimeoutMs: 50, onIdleError: () => {} }).connect()
    const ended = new Promise<Error>((resolve) => hanging.on('error', resolve))
    await hanging.query('begin')
    await hanging.query('select pg_advisory_xact_lock(1)')
    await open().query('select pg_advisory_xact_lock(1)')
    expect(isTransient(await ended)).toBe(true)
    hanging.release(true)
  })

  it('may wait within a transaction for 5 s if nothing else is said', async () => {
    expect(await valueOf(open(), "current_setting('idle_in_transaction_session_timeout')")).toBe('5s')
  })

  it('may keep a transaction open for as long as it likes if it only reads', async () => {
    expect(
      await valueOf(open({ access: 'reader' }), "current_setting('idle_in_transaction_session_timeout')"),
    ).toBe('0')
  })

  it('that breaks while idle is reported and replaced', async () => {
    const { promise: reported, resolve } = Promise.withResolvers<Error>()
    const pool = open({ max: 1, onIdleError: resolve })
    const broken = await valueOf(pool, 'pg_backend_pid()')
    await database.pool.query('select pg_terminate_backend($1)', [broken])
    expect(await reported).toBeInstanceOf(Error)
    expect(await valueOf(pool, 'pg_backend_pid()')).not.toBe(broken)
  })
})

describe('a reader', () => {
  const writes = [
    'insert into event_log_shards (shard, first_source_offset, next_source_offset) values (9, 0, 0)',
    'update event_log_shards set position = 1',
    'delete from event_log_shards',
    'truncate event_log_shards',
    'drop table event_log_shards',
    'alter table event_log_shards add column more text',
    'create table more (value text)',
    'create temporary table more (value text)',
    'create schema more',
    'create role more',
    "copy event_log_shards to program 'cat'",
    'select * from event_log_shards for update',
    "select setval(pg_get_serial_sequence('schema_migrations', 'id'), 1)",
  ]

  it('can select from every table and view, also from those made later', async () => {
    const reader = open({ access: 'reader' })
    await open().query('create table made_later (value text)')
    const { rows } = await reader.query<{ name: string }>(
      `select quote_ident(relname) as name from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')`,
    )
    expect(rows.map((row) => row.name)).toEqual(
      expect.arrayContaining(['event_log_segments', 'pattern_usage_stats', 'made_later']),
    )
    for (const { name } of rows) await reader.query(`select * from ${name} limit 1`)
  })

  it.each(writes)('cannot %s', async (statement) => {
    await expect(open({ access: 'reader' }).query(statement)).rejects.toMatchObject({
      code: expect.stringMatching(/^(42501|25006|25001)$/),
    })
  })

  it.each(writes.filter((statement) => !statement.includes('temporary')))(
    'cannot %s in a transaction that claims to write either: the rights are missing',
    async (statement) => {
      const client = await open({ access: 'reader' }).connect()
      try {
        await client.query('begin read write')
        await expect(client.query(statement)).rejects.toMatchObject({
          code: expect.stringMatching(/^(42501|25001)$/),
        })
      } finally {
        client.release(true)
      }
    },
  )

  it('cannot give itself a right', async () => {
    const client = await open({ access: 'reader' }).connect()
    try {
      await client.query('begin read write')
      // Postgres only warns that nothing was granted.
      await client.query('grant insert on event_log_shards to pattern_dashboard_reader')
      await expect(client.query(writes[0]!)).rejects.toMatchObject({ code: '42501' })
    } finally {
      client.release(true)
    }
  })

  it('that takes its owner back still cannot write by mistake: its transactions only read', async () => {
    const client = await open({ access: 'reader' }).connect()
    try {
      await client.query('set role none')
      for (const statement of writes.slice(0, 7)) {
        await expect(client.query(statement)).rejects.toMatchObject({ code: '25006' })
      }
    } finally {
      client.release(true)
    }
  })

  it.each(['reset role', 'reset all', 'discard all', "set role 'pattern_dashboard_reader'"])(
    'stays a reader after %s',
    async (statement) => {
      const client = await open({ access: 'reader' }).connect()
      try {
        await client.query(statement)
        expect(await valueOf(client, 'current_user')).toBe('pattern_dashboard_reader')
        await expect(client.query(writes[0]!)).rejects.toMatchObject({
          code: expect.stringMatching(/42501|25006/),
        })
      } finally {
        client.release(true)
      }
    },
  )
})
