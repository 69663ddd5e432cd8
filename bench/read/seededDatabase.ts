import { resolve } from 'node:path'
import { startEmbeddedPostgres } from '@patterns/launcher/embeddedPostgres.ts'
import { migrate } from '@patterns/launcher/migrate.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { everyWindow } from '@patterns/testing/everyWindow.ts'
import { seedStandings } from '@patterns/testing/seedStandings.ts'
import { seedTrends } from '@patterns/testing/seedTrends.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { granularities, windowMs } from '@patterns/projections/window.ts'
import pg from 'pg'
import { seedWindows } from './seedWindows.ts'

export interface SeedSize {
  readonly patterns: number
  readonly days: number
  readonly shards: number
  readonly usesPerHour: number
  readonly hoursInLog: number
}

const maintenance = 'postgres'

/** The name of a database: its size, and the hour in which its time ends. */
const databaseName = (size: SeedSize, end: number): string =>
  `read_${Object.values(size).join('_')}_${end / windowMs.hour}`

/** A database that ended longer ago is not used: the gap to the present is too wide. */
const maxAgeHours = 6

/** Starts a Postgres of the benchmark's own, with default settings, and seeds it unless that was done before. */
export const openSeededDatabase = async (dataDir: string, size: SeedSize) => {
  const postgres = await startEmbeddedPostgres({ dataDir: resolve(dataDir) })
  const admin = new pg.Client({ connectionString: postgres.url(maintenance) })
  await admin.connect()
  const { rows } = await admin.query<{ datname: string }>(
    `select datname from pg_database where datname like 'read_%'`,
  )
  const thisHour = Math.floor(Date.now() / windowMs.hour) * windowMs.hour
  const ends = Array.from({ length: maxAgeHours }, (_, i) => thisHour - i * windowMs.hour)
  const isThere = (at: number) => rows.some((row) => row.datname === databaseName(size, at))
  const end = ends.find(isThere) ?? thisHour
  const isSeeded = isThere(end)
  const name = databaseName(size, end)
  for (const { datname } of rows)
    if (datname !== name) await admin.query(`drop database ${datname} with (force)`)
  if (!isSeeded) {
    // Under another name until it is whole.
    await admin.query('create database read_unfinished')
    const unfinished = postgres.url('read_unfinished')
    await migrate({ databaseUrl: unfinished })
    let reported = 0
    await seedWindows({
      ...size,
      databaseUrl: unfinished,
      end,
      onProgress(done, all) {
        if (done / all < reported + 0.1) return
        reported = done / all
        process.stderr.write(`seeded ${Math.round(100 * reported)} %\n`)
      },
    })
    await admin.query(`alter database read_unfinished rename to ${name}`)
  }
  await admin.end()
  // One that was seeded before may be of an earlier schema.
  await migrate({ databaseUrl: postgres.url(name) })
  await bringDerived(postgres.url(name))
  return { postgres, databaseUrl: postgres.url(name) }
}

/** Brings trend lines and standings up to the windows and to the hours that closed since, as the processor would have. */
const bringDerived = async (databaseUrl: string): Promise<void> => {
  const pool = createPool({
    connectionString: databaseUrl,
    applicationName: 'bench seed',
    onIdleError(error) {
      throw error
    },
  })
  await seedTrends(pool, Date.now())
  await seedStandings(pool, Date.now())
  await pool.end()
}

/** How many rows the tables hold. */
export const countRows = async (databaseUrl: string): Promise<Record<string, number>> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ granularity: string; count: string }>(
    `${granularities.map((size) => `select '${size}' as granularity, count(*) from ${servedTables.windows[size]}`).join(' union all ')}
     union all select 'total', count(*) from (${everyWindow('totals')}) as totals
     union all select 'segments', count(*) from event_log_segments`,
  )
  await client.end()
  return Object.fromEntries(rows.map((row) => [row.granularity, Number(row.count)]))
}
