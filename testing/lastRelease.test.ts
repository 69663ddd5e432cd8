import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { migrate } from '@patterns/launcher/migrate.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { administer, createTestDatabase, type TestDatabase } from './database.ts'
import { everyWindow } from './everyWindow.ts'
import { type SeedMessage, seedProjections } from './seedProjections.ts'

/** The migrations that the last release had. */
const lastRelease = ['001_event_log', '002_projections', '003_read_only_role', '004_trends', '005_topic_id']

const hour = 3_600_000
const began = Date.UTC(2026, 0, 4, 20)
const patternIds = ['0197a3b4-0000-7000-8000-000000000001', '0197a3b4-0000-7000-8000-000000000002']

/** Some hours of uses and registrations, the one or other late, in two shards. */
const messages = (from: number, count: number): SeedMessage[] =>
  Array.from({ length: count }, (_, i) => {
    const occurredAt = from + i * 600_000 - (i % 9 === 0 ? 30 * hour : 0)
    const common = { pattern_id: patternIds[i % 2]!, occurred_at: new Date(occurredAt).toISOString() }
    return {
      shard: i % 3 === 0 ? 7 : 2,
      recordedAt: from + i * 600_000 + 1_000,
      body:
        i % 5 === 0
          ? {
              ...common,
              type: 'pattern.registered',
              pattern_name: `Retry ${i}`,
              pattern_type: 'crud',
              tags: ['a'],
            }
          : {
              ...common,
              type: 'pattern.used',
              outcome: 'success',
              quality_score: i / 100,
              execution_time_ms: i,
            },
    }
  })

/** Where the rows of a table of the last release are found, in its schema and in the present one. */
const windows = {
  pattern_windows_v1: everyWindow('windows'),
  total_windows_v1: everyWindow('totals'),
} as const
const tables = [
  'event_log_shards',
  'event_log_segments',
  'dead_letters',
  'duplicates',
  'projection_checkpoints',
  'pattern_catalogue_v1',
  'pattern_trends_v1',
  ...(Object.keys(windows) as (keyof typeof windows)[]),
]

const parts: { made: TestDatabase; pools: Record<'made' | 'migrated', pg.Pool> } = {} as never
const name = `test_last_release_${process.pid}`
const url = (): string => Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href
let folder: string
/** The columns of the last release, those that were dropped since left out. */
let columns: Map<string, string>

const rowsOf = async (pool: pg.Pool, query: string): Promise<string[]> => {
  const { rows } = await pool.query<{ row: string }>(
    `select to_jsonb(t)::text as row from (${query}) t order by 1`,
  )
  return rows.map(({ row }) => row)
}
const isOld = (pool: pg.Pool) => pool === parts.pools.migrated && !isMigrated
let isMigrated = false
/** All rows of a table, by the columns of the last release. */
const contents = (pool: pg.Pool, table: string, but: readonly string[] = []): Promise<string[]> => {
  const source =
    table in windows && !isOld(pool) ? windows[table as keyof typeof windows] : `select * from ${table}`
  const wanted = columns
    .get(table)!
    .split(', ')
    .filter((column) => !but.includes(column))
  return rowsOf(pool, `select ${wanted.join(', ')} from (${source}) as source`)
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'patterns-last-release-'))
  const migrations = fileURLToPath(new URL('../migrations', import.meta.url))
  for (const file of lastRelease) cpSync(join(migrations, `${file}.sql`), join(folder, `${file}.sql`))
  await administer(inject('postgresUrl'), `create database ${name}`)
  await migrate({ databaseUrl: url(), folder })
  parts.made = await createTestDatabase()
  const open = (connectionString: string) =>
    createPool({ connectionString, applicationName: 'test', pipeline: true, onIdleError: () => {} })
  parts.pools = { made: open(parts.made.url), migrated: open(url()) }
})
afterAll(async () => {
  await Promise.all(Object.values(parts.pools).map((pool) => pool.end()))
  await parts.made.drop()
  await administer(inject('postgresUrl'), `drop database ${name} with (force)`)
  rmSync(folder, { recursive: true })
})

/** Fills the schema of the last release with what the present processor has made of some messages. */
const fill = async (): Promise<void> => {
  const { made, migrated } = parts.pools
  await seedProjections({ pool: made, eventLog: createPostgresEventLog({ pool: made }) }, messages(began, 60))
  await made.query(`insert into dead_letters (shard, source_offset, reason, faults, value, recorded_at)
    values (2, 900, 'not_json', '[]', '\\x00ff', now())`)
  await made.query('insert into duplicates values (2, 901, 3)')
  await made.query(`insert into pattern_trends_v1
      (granularity, windows, metric, pattern_id, shard, closed_until, position, start, points, slope)
    select size::granularity, windows, metric, pattern_id, shard, 'epoch', 7, 'epoch', 5, random()
    from pattern_catalogue_v1, (values ('hour', 24), ('day', 30), ('day', 90), ('week', 12)) as series (size, windows),
      (values ('usage'), ('success_rate'), ('quality'), ('duration')) as metrics (metric)`)
  const { rows } = await migrated.query<{ table: string; columns: string }>(
    `select table_name as table, string_agg(column_name, ', ' order by ordinal_position) as columns
     from information_schema.columns
     where table_name = any($1) and column_name not in ('last_late_position', 'late') group by 1`,
    [tables],
  )
  columns = new Map(rows.map((row) => [row.table, row.columns]))
  for (const table of tables) {
    const names = columns.get(table)!
    // The last release counted how many events came late for a window.
    const [late, count] = table in windows ? [', late', ', (last_position % 2)::bigint'] : ['', '']
    await migrated.query(
      `insert into ${table} (${names}${late}) select ${names}${count} from jsonb_populate_recordset(null::${table}, $1)`,
      [`[${(await contents(made, table)).join(', ')}]`],
    )
  }
}

describe('a database of the last release', () => {
  it('keeps every row and byte when it is migrated, and goes on as if it had always been of this one', async () => {
    const { made, migrated } = parts.pools
    await fill()
    // A shard of long ago, whose log is longer than the first partition.
    await migrated.query(`insert into event_log_segments
      values (9, 40000000, 2, 0, 1, 'epoch', 'epoch', 'epoch', '9999-01-01', '\\x01', '\\x02')`)
    await migrated.query(
      'insert into event_log_shards (shard, position, first_source_offset, next_source_offset) values (9, 40000001, 0, 2)',
    )
    const before = await Promise.all(tables.map((table) => contents(migrated, table)))
    expect(before.map((rows) => rows.length > 0)).toEqual(tables.map(() => true))

    await migrate({ databaseUrl: url() })
    isMigrated = true
    expect(await Promise.all(tables.map((table) => contents(migrated, table)))).toEqual(before)

    // A window where any came late is restated, the others are settled an hour after their end.
    for (const kind of ['windows', 'totals'] as const) {
      const { rows } = await migrated.query(
        `select last_position % 2 > 0 as late, last_recorded_ms > settles_ms as restated, first_recorded_ms < settles_ms as early
         from (select *, 1000 * extract(epoch from window_start + ('1 ' || granularity)::interval + '1 hour') as settles_ms
           from (${everyWindow(kind)}) as w) as windows`,
      )
      expect(rows.map(({ restated, early }) => ({ restated, early }))).toEqual(
        rows.map(({ late }) => ({ restated: late, early: true })),
      )
    }

    const { rows: segments } = await migrated.query<{ appended_at: Date; watermark: Date | null }>(
      'select appended_at, watermark from event_log_segments',
    )
    expect(segments.every((segment) => segment.appended_at.getTime() <= Date.now())).toBe(true)
    expect(segments.every((segment) => segment.watermark === null)).toBe(true)
    const heads = (pool: pg.Pool) =>
      rowsOf(pool, 'select shard, watermark from event_log_shards where shard < 9')
    expect(await heads(migrated)).toEqual(await heads(made))

    // Both patterns lay in both shards, so that neither is their home: from their next event on their ids are claimed.
    const oldLog = createPostgresEventLog({ pool: migrated })
    expect([...(await oldLog.registerPatterns(2, patternIds)).values()]).toEqual(['elsewhere', 'elsewhere'])
    await oldLog.splitPatterns(
      patternIds,
      () => true,
      async (_, position) => [{ first: 1, last: position }],
    )
    const { rows: claimed } = await migrated.query('select from claimed_events')
    expect(claimed).toHaveLength(60)

    const more = messages(began + 11 * hour, 60).map((message, i) => ({
      ...message,
      body: { ...message.body, event_id: `0197a3b4-0000-7000-8000-${String(i).padStart(12, '0')}` },
    }))
    for (const pool of [made, migrated])
      await seedProjections({ pool, eventLog: createPostgresEventLog({ pool }) }, more)
    await migrated.query('delete from event_log_segments where shard = 9')
    await migrated.query('delete from event_log_shards where shard = 9')
    const clocks = ['appended_at', 'opened_at', 'updated_at']
    const [all, allMigrated] = await Promise.all(
      [made, migrated].map((pool) => Promise.all(tables.map((table) => contents(pool, table, clocks)))),
    )
    expect(allMigrated).toEqual(all)
    expect(await heads(migrated)).toEqual(await heads(made))

    // The segments of the last release do not say which pattern an event is of.
    const places = async (pool: pg.Pool) => {
      const log = createPostgresEventLog({ pool })
      const ranges = async (shard: number) => [{ first: 1, last: (await log.head(shard))!.position }]
      const ofShard = async (shard: number) =>
        patternIds.map(async (patternId) =>
          log.positionsOf(shard, await ranges(shard), { patternId, outcome: 'success', span: {} }),
        )
      return Promise.all([...(await ofShard(2)), ...(await ofShard(7))])
    }
    expect((await places(made)).every((positions) => positions.length > 0)).toBe(true)
    expect(await places(migrated)).toEqual(await places(made))
  })
})
