import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeEventLog } from '../eventLog.contract.ts'
import { deadLetterAt, duplicateAt, eventAt, toAppend } from '../testing/newEvents.ts'
import { createPostgresEventLog } from './postgresEventLog.ts'
import { splitPatternIds } from './splitPatternIds.ts'

const openPool = (database: TestDatabase): pg.Pool =>
  createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => {} })

describeEventLog('Postgres', async () => {
  const database = await createTestDatabase()
  const pool = openPool(database)
  return {
    connect: () => createPostgresEventLog({ pool }),
    async close() {
      await pool.end()
      await database.drop()
    },
  }
})

let database: TestDatabase
let pool: pg.Pool
let shards = 0

beforeAll(async () => {
  database = await createTestDatabase()
  pool = openPool(database)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const appendOne = async (batch: ReturnType<typeof toAppend>): Promise<number> => {
  const log = createPostgresEventLog({ pool })
  const shard = ++shards
  const expected = await log.open(shard, 0)
  expect(await log.append({ shard, expected, ...batch })).toMatchObject({ ok: true })
  return shard
}

const deadLetters = async (shard: number) => {
  const { rows } = await pool.query<Record<string, unknown>>(
    'select * from dead_letters where shard = $1 order by source_offset',
    [shard],
  )
  return rows
}

describe('a dead letter in Postgres', () => {
  it('keeps raw key and value, reason, faults, offset and time', async () => {
    const key = Buffer.from([0x00, 0xff, 0x0a])
    const value = Buffer.from([0xff, 0x00, 0x22, 0x5c])
    const faults = [
      { path: 'issues.1', message: 'must be "text"' },
      { path: '', message: 'and {more}, \\ too' },
    ]
    const letter = deadLetterAt(
      3,
      { key, value, timestamp: Date.UTC(2026, 0, 2) },
      { reason: 'schema', faults },
    )
    const shard = await appendOne(toAppend({ deadLetters: [letter] }))
    expect(await deadLetters(shard)).toEqual([
      {
        shard,
        source_offset: 3,
        reason: 'schema',
        faults,
        key,
        value,
        headers: null,
        recorded_at: new Date('2026-01-02T00:00:00Z'),
        dead_lettered_at: expect.any(Date),
      },
    ])
  })

  it('may have neither key nor value, and both may be empty', async () => {
    const shard = await appendOne(
      toAppend({
        deadLetters: [
          deadLetterAt(0, { key: null, value: null }),
          deadLetterAt(1, { key: Buffer.alloc(0), value: Buffer.alloc(0) }),
        ],
      }),
    )
    expect((await deadLetters(shard)).map(({ key, value }) => [key, value])).toEqual([
      [null, null],
      [Buffer.alloc(0), Buffer.alloc(0)],
    ])
  })

  it('keeps a value of a megabyte', async () => {
    const value = Buffer.alloc(1024 * 1024, 0xee)
    const shard = await appendOne(toAppend({ deadLetters: [deadLetterAt(0, { value })] }))
    expect(value.equals((await deadLetters(shard))[0]!['value'] as Buffer)).toBe(true)
  })

  it('keeps headers as text if they are text that can be stored, else in base64', async () => {
    const headers = {
      text: Buffer.from('ü"\\'),
      string: 'as the client gave it',
      several: [Buffer.from('a'), 'b', Buffer.from([0xff])],
      empty: Buffer.alloc(0),
      binary: Buffer.from([0xff, 0xfe]),
      'with NUL': Buffer.from('a\0b'),
      'looks like base64': 'base64:AAAA',
      none: undefined,
      // As Kafka has it, whatever the type of the client's library says.
      'no value': null as unknown as undefined,
      'null \0 and half \ud800': 'x',
    }
    const shard = await appendOne(toAppend({ deadLetters: [deadLetterAt(0, { headers })] }))
    expect((await deadLetters(shard))[0]!['headers']).toEqual({
      text: 'ü"\\',
      string: 'as the client gave it',
      several: ['a', 'b', 'base64:/w=='],
      empty: '',
      binary: 'base64://4=',
      'with NUL': 'base64:YQBi',
      'looks like base64': 'base64:YmFzZTY0OkFBQUE=',
      none: null,
      'no value': null,
      'null \ufffd and half \ufffd': 'x',
    })
  })

  it('keeps faults that quote a null character or half a surrogate pair, as well as JSON can', async () => {
    const faults = [
      { path: 'dimensions.\0', message: 'Unexpected token \ud83d, "a\0" is not valid' },
      { path: '\udc00', message: String.raw`a backslash and u0000: \u0000` },
    ]
    const shard = await appendOne(
      toAppend({ deadLetters: [deadLetterAt(0, {}, { reason: 'not_json', faults })] }),
    )
    expect((await deadLetters(shard))[0]!['faults']).toEqual([
      { path: 'dimensions.\ufffd', message: 'Unexpected token \ufffd, "a\ufffd" is not valid' },
      { path: '\ufffd', message: String.raw`a backslash and u0000: \u0000` },
    ])
  })
})

describe('a batch in Postgres', () => {
  it('remembers which offsets were duplicates, and of what in which shard', async () => {
    const shard = await appendOne(
      toAppend({ events: [eventAt(0)], duplicates: [duplicateAt(1, 1, 7), duplicateAt(4, 1, 8)] }),
    )
    const { rows } = await pool.query('select * from duplicates where shard = $1 order by source_offset', [
      shard,
    ])
    expect(rows).toEqual([
      { shard, source_offset: 1, position: 1, first_shard: 7 },
      { shard, source_offset: 4, position: 1, first_shard: 8 },
    ])
  })

  it('is one segment that says what range of offsets and times it holds', async () => {
    const times = ['2026-01-02T00:00:00.001Z', '0000-12-31T00:00:00Z', '9999-12-31T23:59:59.999Z']
    const batch = toAppend({
      events: times.map((time, i) => ({
        ...eventAt(i * 2, { timestamp: 1_000 - i }),
        occurredAt: Date.parse(time),
      })),
    })
    const shard = await appendOne(batch)
    const { rows } = await pool.query(
      `select first_position, event_count, first_source_offset, last_source_offset, min_occurred_at,
         max_occurred_at, min_recorded_at, max_recorded_at, length(event_ids) as id_bytes
       from event_log_segments where shard = $1`,
      [shard],
    )
    expect(rows).toEqual([
      {
        first_position: 1,
        event_count: 3,
        first_source_offset: 0,
        last_source_offset: 4,
        min_occurred_at: new Date('0000-12-31T00:00:00Z'),
        max_occurred_at: new Date('9999-12-31T23:59:59.999Z'),
        min_recorded_at: new Date(998),
        max_recorded_at: new Date(1_000),
        id_bytes: 48,
      },
    ])
  })

  it('without events makes no segment', async () => {
    const shard = await appendOne(toAppend({ deadLetters: [deadLetterAt(0)] }))
    const { rows } = await pool.query('select 1 from event_log_segments where shard = $1', [shard])
    expect(rows).toEqual([])
  })

  it("is not stopped by a broker's time that no calendar has", async () => {
    const nanoseconds = 1_767_312_000_000_000_000
    const far = [nanoseconds, Date.UTC(2026, 0, 2), -nanoseconds, 5]
    const shard = await appendOne(
      toAppend({
        events: far.map((timestamp, i) => eventAt(i, { timestamp })),
        deadLetters: [deadLetterAt(9, { timestamp: nanoseconds })],
      }),
    )
    const log = createPostgresEventLog({ pool })
    for await (const page of log.read(shard, 0)) {
      expect(page.map((record) => record.recordedAt)).toEqual([
        2 ** 51,
        Date.UTC(2026, 0, 2),
        Date.parse('0001-01-01T00:00:00Z'),
        5,
      ])
    }
    expect(await deadLetters(shard)).toHaveLength(1)
  })

  it('fails as a whole if the database refuses a part of it', async () => {
    const log = createPostgresEventLog({ pool })
    const shard = ++shards
    const expected = await log.open(shard, 0)
    const twice = toAppend({ events: [eventAt(0)], deadLetters: [deadLetterAt(1), deadLetterAt(1)] })
    await expect(log.append({ shard, expected, ...twice })).rejects.toMatchObject({ code: '23505' })
    expect(await log.head(shard)).toEqual(expected)
    expect(await deadLetters(shard)).toEqual([])
  })
})

it('tells which patterns lie in several shards: those that were split, and those that did before there were homes', async () => {
  const log = createPostgresEventLog({ pool })
  const [whole, split, old] = [1, 2, 3].map((i) => `0197a3b4-0000-4000-9000-${String(i).padStart(12, '0')}`)
  await log.registerPatterns(++shards, [whole!, split!])
  await log.splitPatterns(
    [split!],
    () => false,
    async () => [],
  )
  await pool.query('insert into pattern_homes (pattern_id, shards) values ($1, $2)', [old, [1, 2]])
  const { rows } = await pool.query<{ pattern_id: string }>(`${splitPatternIds} order by pattern_id`)
  expect(rows.map((row) => row.pattern_id)).toEqual([split, old])
})
