import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  byteaArray,
  float8Array,
  fromInt8Array,
  fromTimestamptzArray,
  int4Array,
  int8Array,
  textArray,
  timestamptzArray,
  uuidArray,
} from './binaryArray.ts'
import { createPool } from './pool.ts'

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

/** What Postgres makes of an array, element by element, in order. */
const received = async (type: string, array: Buffer): Promise<unknown[]> => {
  const { rows } = await pool.query<{ value: unknown }>(
    `select value from unnest($1::${type}[]) with ordinality as sent (value, place) order by place`,
    [array],
  )
  return rows.map((row) => row.value)
}

const nullable = <Value>(value: fc.Arbitrary<Value>) => fc.array(fc.option(value), { maxLength: 50 })
const runs = { numRuns: 20 }

describe('an array sent in binary', () => {
  it('of float8 arrives to the bit', async () => {
    const edges = [0, -0, null, 5e-324, -1.7976931348623157e308, 0.1, 1 / 3]
    expect(await received('float8', float8Array(edges))).toEqual(edges)
    await fc.assert(
      fc.asyncProperty(nullable(fc.double()), async (values) => {
        expect(await received('float8', float8Array(values))).toEqual(values)
      }),
      runs,
    )
  })

  it('of int4 arrives as it was', async () => {
    const values = fc.int32Array({ maxLength: 50 })
    await fc.assert(
      fc.asyncProperty(values, async (sent) => {
        expect(await received('int4', int4Array(sent))).toEqual([...sent])
      }),
      runs,
    )
    const edges = Int32Array.of(0, -1, 2 ** 31 - 1, -(2 ** 31))
    expect(await received('int4', int4Array(edges))).toEqual([...edges])
  })

  it('of int8 arrives as it was, over the whole range of safe integers', async () => {
    const edges = [
      0,
      1,
      -1,
      2 ** 31 - 1,
      2 ** 31,
      -(2 ** 31),
      2 ** 32 - 1,
      2 ** 32,
      -(2 ** 32),
      -(2 ** 32) - 1,
    ]
    const all = [...edges, null, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]
    expect(await received('int8', int8Array(all))).toEqual(all)
    await fc.assert(
      fc.asyncProperty(nullable(fc.maxSafeInteger()), async (values) => {
        expect(await received('int8', int8Array(values))).toEqual(values)
      }),
      runs,
    )
  })

  it('of timestamptz arrives to the millisecond, from the year 0 to the year 10000', async () => {
    const edges = [
      0,
      1,
      -1,
      Date.UTC(2000, 0, 1) - 1,
      Date.UTC(2000, 0, 1),
      Date.UTC(1969, 11, 31, 23, 59, 59, 1),
    ]
    const far = [-62_167_305_540_000, -62_135_596_800_000, 253_402_300_799_999, 253_402_387_139_999]
    const all = [...edges, ...far, null]
    const toTimes = (values: unknown[]) => values.map((value) => (value as Date | null)?.getTime() ?? null)
    expect(toTimes(await received('timestamptz', timestamptzArray(all)))).toEqual(all)
    const times = fc.integer({ min: -62_167_305_540_000, max: 253_402_387_139_999 })
    await fc.assert(
      fc.asyncProperty(nullable(times), async (values) => {
        expect(toTimes(await received('timestamptz', timestamptzArray(values)))).toEqual(values)
      }),
      runs,
    )
  })

  it('of timestamptz has no fraction of a millisecond, however far from now', async () => {
    const times = fc.integer({ min: -62_167_305_540_000, max: 253_402_387_139_999 })
    await fc.assert(
      fc.asyncProperty(fc.array(times, { minLength: 1 }), async (values) => {
        const { rows } = await pool.query<{ finer: number }>(
          `select count(*) as finer from unnest($1::timestamptz[]) as time
           where extract(microseconds from time)::int8 % 1000 <> 0`,
          [timestamptzArray(values)],
        )
        expect(rows).toEqual([{ finer: 0 }])
      }),
      runs,
    )
  })

  it('of uuid arrives as it was', async () => {
    await fc.assert(
      fc.asyncProperty(nullable(fc.uuid()), async (values) => {
        expect(await received('uuid', uuidArray(values))).toEqual(values)
      }),
      runs,
    )
  })

  it('of text arrives as it was, in any script', async () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'))
    await fc.assert(
      fc.asyncProperty(nullable(texts), async (values) => {
        expect(await received('text', textArray(values))).toEqual(values)
      }),
      runs,
    )
    const quoted = ['', 'null', 'NULL', '{}', '"', '\\', ',', ' ', '\n']
    expect(await received('text', textArray(quoted))).toEqual(quoted)
  })

  it('of bytea arrives as it was', async () => {
    const bytes = fc.uint8Array().map((values) => Buffer.from(values))
    await fc.assert(
      fc.asyncProperty(nullable(bytes), async (values) => {
        expect(await received('bytea', byteaArray(values))).toEqual(values)
      }),
      runs,
    )
  })

  it('may be empty, and may hold nothing but nulls', async () => {
    const senders = {
      int8: int8Array,
      timestamptz: timestamptzArray,
      uuid: uuidArray,
      text: textArray,
      bytea: byteaArray,
    }
    for (const [type, send] of Object.entries(senders)) {
      expect(await received(type, send([]))).toEqual([])
      expect(await received(type, send([null, null]))).toEqual([null, null])
    }
  })
})

describe('an array received in binary', () => {
  const sent = async (array: Buffer, type: string): Promise<Buffer> => {
    const { rows } = await pool.query<{ sent: Buffer }>(`select array_send($1::${type}[]) as sent`, [array])
    return rows[0]!.sent
  }

  it('of int8 is read as it was, over the whole range of safe integers', async () => {
    const edges = [[], [0, -1, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]]
    for (const values of edges) expect(fromInt8Array(await sent(int8Array(values), 'int8'))).toEqual(values)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.maxSafeInteger()), async (values) => {
        expect(fromInt8Array(await sent(int8Array(values), 'int8'))).toEqual(values)
      }),
      runs,
    )
  })

  it('of timestamptz is read to the millisecond', async () => {
    const times = [Date.UTC(1970, 0, 1), Date.UTC(2000, 0, 1) - 1, Date.UTC(2026, 3, 8, 10, 30, 0, 123)]
    expect(fromTimestamptzArray(await sent(timestamptzArray(times), 'timestamptz'))).toEqual(times)
  })
})
