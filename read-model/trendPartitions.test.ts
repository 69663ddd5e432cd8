import { metrics } from '@patterns/projections/analytics/metric.ts'
import { trendSeries } from '@patterns/projections/trends/trendSeries.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { servedProjections, servedTables } from './served.ts'
import { trendPartition } from './trendPartition.ts'
import type { TrendRow } from './trendRow.ts'
import { openCheckpoint } from './writing/moveCheckpoint.ts'
import { writeTrends } from './writing/writeTrends.ts'

let database: TestDatabase
let pool: pg.Pool

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool({
    connectionString: database.url,
    applicationName: 'test',
    pipeline: true,
    onIdleError: () => {},
  })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const key = { ...servedProjections.trends, shard: 0 }
const patterns = Array.from(
  { length: 30 },
  (_, i) => `0197a3b4-0000-7000-8000-${String(i).padStart(12, '0')}`,
)

/** The line of every pattern, series and metric, as of a position. */
const linesAt = (position: number): TrendRow[] =>
  patterns.flatMap((patternId) =>
    trendSeries.flatMap((series) =>
      metrics.map((metric) => ({
        patternId,
        series,
        metric,
        closedUntil: position,
        position,
        start: 0,
        line: { status: 'insufficient_data', points: 1 },
      })),
    ),
  )

interface Partition {
  readonly name: string
  readonly rows: number
  readonly series: number
  readonly metrics: number
  readonly options: readonly string[]
}

describe('the lines of patterns', () => {
  it('lie apart for each series and metric, with room on their pages, and are updated there', async () => {
    await openCheckpoint(pool, key)
    const rounds = 3
    for (let position = 1; position <= rounds; position++)
      await writeTrends(
        pool,
        key,
        { position: position - 1, watermark: 0 },
        { position, watermark: 0 },
        linesAt(position),
      )
    const { rows } = await pool.query<Partition>(
      `select lines.tableoid::regclass::text as name, count(*) as rows, count(distinct (granularity, windows)) as series,
         count(distinct metric) as metrics, reloptions as options
       from ${servedTables.trends} as lines join pg_class on pg_class.oid = lines.tableoid
       where position = $1 group by lines.tableoid, reloptions`,
      [rounds],
    )
    const partitions = trendSeries.flatMap((series) =>
      metrics.map((metric) => trendPartition(servedTables.trends, series, metric)),
    )
    expect(rows.map(({ name }) => name).toSorted()).toEqual(partitions.toSorted())
    for (const partition of rows)
      expect(partition).toMatchObject({
        rows: patterns.length,
        series: 1,
        metrics: 1,
        options: expect.arrayContaining(['fillfactor=50']),
      })

    const expected = patterns.length * (rounds - 1)
    const updated = await vi.waitFor(
      async () => {
        const counted = await pool.query<{ all: number; heapOnly: number }>(
          `select n_tup_upd as all, n_tup_hot_upd as "heapOnly" from pg_stat_user_tables where relname = any($1)`,
          [rows.map(({ name }) => name)],
        )
        for (const { all } of counted.rows)
          if (all < expected) throw new Error(`${all} of ${expected} updates are counted`)
        return counted.rows
      },
      { timeout: 20_000, interval: 100 },
    )
    // Nearly all of them, unless something else looks at the tables meanwhile; with an index on what changes, none.
    expect(updated.filter(({ all, heapOnly }) => heapOnly / all < 0.5)).toEqual([])
  })
})
