import { addToEntry, type CatalogueEntry, emptyEntry } from '@patterns/projections/catalogue.ts'
import { granularities } from '@patterns/projections/window.ts'
import { addToWindow, windowColumns, zeroWindow } from '@patterns/projections/windowState.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { histories, type RecordedEvent } from '@patterns/testing/eventHistories.ts'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCatalogue } from '../reading/loadCatalogue.ts'
import { loadWindows } from '../reading/loadWindows.ts'
import type { WindowRow } from '../windowRow.ts'
import { upsertCatalogue } from './upsertCatalogue.ts'
import { upsertWindows } from './upsertWindows.ts'

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

const patternOf = (n: number): string => `0197a3b4-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

const stateOf = (history: readonly RecordedEvent[]) => {
  const state = zeroWindow()
  for (const [i, { event, recordedAt }] of history.entries()) {
    addToWindow(state, { event, position: i + 1, recordedAt })
  }
  return state
}

const columnsOf = ({ state }: WindowRow) => windowColumns.map((column) => column.get(state))

const someHistories = fc.array(
  histories(10).filter((history) => history.length > 0),
  { minLength: 1, maxLength: 5 },
)

describe('window rows', () => {
  it('are read back as they were written, of patterns and of all together, written once or again', async () => {
    await fc.assert(
      fc.asyncProperty(
        someHistories,
        fc.constantFrom(...granularities),
        fc.boolean(),
        async (all, granularity, isTotal) => {
          const shard = ++shards
          const rows = all.map((history, i) => ({
            patternId: isTotal ? null : patternOf(i % 2),
            start: Date.UTC(2026, 0, 4) + i * 604_800_000,
            state: stateOf(history),
          }))
          const older = rows.map((row) => ({ ...row, state: stateOf(all[0]!) }))
          await upsertWindows(client, 1, shard, granularity, older)
          await upsertWindows(client, 1, shard, granularity, rows)
          const read = await loadWindows(pool, 1, shard, granularity, rows)
          const byStart = read.toSorted((a, b) => a.start - b.start)
          expect(byStart.map(({ patternId, start }) => ({ patternId, start }))).toEqual(
            rows.map(({ patternId, start }) => ({ patternId, start })),
          )
          expect(byStart.map(columnsOf)).toEqual(rows.map(columnsOf))
        },
      ),
      { numRuns: 25 },
    )
  })

  it('that do not exist are not read, nor those of another shard, granularity or pattern', async () => {
    const shard = ++shards
    const start = Date.UTC(2026, 0, 5)
    const [history] = fc.sample(
      histories(10).filter((drawn) => drawn.length > 0),
      { numRuns: 1, seed: 1 },
    )
    await upsertWindows(client, 1, shard, 'day', [
      { patternId: patternOf(1), start, state: stateOf(history!) },
    ])
    const load = (
      of: number,
      granularity: (typeof granularities)[number],
      patternId: string | null,
      at = start,
    ) => loadWindows(pool, 1, of, granularity, [{ patternId, start: at }])
    expect(await load(shard, 'day', patternOf(1))).toHaveLength(1)
    expect(await load(shard + 1, 'day', patternOf(1))).toEqual([])
    expect(await load(shard, 'hour', patternOf(1))).toEqual([])
    expect(await load(shard, 'day', patternOf(2))).toEqual([])
    expect(await load(shard, 'day', patternOf(1), start + 86_400_000)).toEqual([])
    expect(await load(shard, 'day', null)).toEqual([])
  })

  it('may be none', async () => {
    await upsertWindows(client, 1, ++shards, 'hour', [])
    expect(await loadWindows(pool, 1, shards, 'hour', [])).toEqual([])
  })
})

describe('catalogue rows', () => {
  const entryOf = (history: readonly RecordedEvent[]): CatalogueEntry => {
    const entry = emptyEntry()
    for (const [i, { event }] of history.entries()) addToEntry(entry, event, i + 1)
    return entry
  }

  const upsert = (shard: number, entries: readonly (readonly [string, CatalogueEntry])[]): Promise<void> =>
    upsertCatalogue(client, 1, shard, { entries, registered: new Set(entries.map(([id]) => id)) })

  it('are read back as they were written, whatever was said, written once or again', async () => {
    await fc.assert(
      fc.asyncProperty(someHistories, async (all) => {
        const shard = ++shards
        const entries = all.map((history, i) => [patternOf(i), entryOf(history)] as const)
        await upsert(
          shard,
          all.map((history, i) => [patternOf(i), entryOf(history.slice(0, 1))]),
        )
        await upsert(shard, entries)
        const read = await loadCatalogue(pool, 1, shard, [...entries.map(([id]) => id), patternOf(999)])
        expect(new Map(read)).toEqual(new Map(entries))
      }),
      { numRuns: 25 },
    )
  })

  it('may say nothing but when a pattern was seen', async () => {
    const shard = ++shards
    const entry = { ...emptyEntry(), firstSeen: -1, lastSeen: 1, lastPosition: 3 }
    await upsert(shard, [[patternOf(1), entry]])
    expect(await loadCatalogue(pool, 1, shard, [patternOf(1)])).toEqual([[patternOf(1), entry]])
    expect(await loadCatalogue(pool, 1, shard + 1, [patternOf(1)])).toEqual([])
  })

  it('keep each of the rarer fields with the event that said it', async () => {
    const shard = ++shards
    const reported = <Value>(value: Value) => ({ value, occurredAt: 5, eventId: patternOf(7) })
    const base = { ...emptyEntry(), firstSeen: 1, lastSeen: 2, lastUsed: 2, lastPosition: 3 }
    const entries: [string, CatalogueEntry][] = [
      [patternOf(1), { ...base, description: reported('quoted "text" \\ and ↻') }],
      [patternOf(2), { ...base, tags: reported(['a', 'b,c', '{}']), patternName: reported('a name') }],
      [patternOf(3), { ...base, nodeType: reported(''), patternType: reported('crud') }],
    ]
    await upsert(shard, entries)
    const read = await loadCatalogue(pool, 1, shard, [1, 2, 3].map(patternOf))
    expect(new Map(read)).toEqual(new Map(entries))
  })
})
