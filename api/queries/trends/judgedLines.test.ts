import { directionsInList } from '@patterns/projections/analytics/directionsInList.ts'
import type { TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import fc from 'fast-check'
import type pg from 'pg'
import sql from 'sql-template-tag'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { prepared } from '../lists/statement.ts'
import { judgedLines } from './judgedLines.ts'
import { rowsOfLines, type StartedLine } from './startedLine.ts'

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

/** Figures as lines have them, of which few differ; equal p-values, no slope, and a mean of 0 are common. */
const line: fc.Arbitrary<TrendLine> = fc.record({
  status: fc.constant('measured' as const),
  points: fc.integer({ min: 5, max: 200 }),
  span: fc.integer({ min: 4, max: 300 }),
  slope: fc.oneof(fc.constantFrom(0, 0.01, -0.01), fc.double({ min: 1e-9, max: 50, noNaN: true })),
  intercept: fc.constant(1),
  rSquared: fc.constantFrom(null, 0.5),
  mean: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 1e-9, max: 1e9, noNaN: true })),
  s: fc.integer({ min: -3, max: 3 }),
  variance: fc.constant(10),
  p: fc.oneof(fc.constantFrom(0, 0.001, 0.01, 0.05, 1), fc.double({ min: 0, max: 1, noNaN: true })),
})

const idOf = (i: number): string => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`

it('are judged in SQL as by the functions that say how, to the same bits', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 40 }), async (lines) => {
      const started = new Map(lines.map((each, i) => [idOf(i), { start: 0, line: each }] as const))
      const tooShort = { start: 0, line: { status: 'insufficient_data', points: 3 } } as const
      const rows = rowsOfLines(new Map<string, StartedLine>([...started, [idOf(999), tooShort]]))
      const judged = await pool.query(
        prepared(sql`select direction, adjusted_p from (${judgedLines(rows)}) as judged order by pattern_id`),
      )
      expect(judged.rows).toEqual(
        directionsInList(lines).map(({ direction, adjustedP }) => ({ direction, adjusted_p: adjustedP })),
      )
    }),
    { numRuns: 150 },
  )
})
