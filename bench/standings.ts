import { refreshStandings } from '@patterns/processor/standings/refreshStandings.ts'
import { windowMs } from '@patterns/projections/window.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import type { Command } from 'commander'
import type pg from 'pg'
import { printFigures, printResult } from './printResult.ts'
import { countRows, openSeededDatabase } from './read/seededDatabase.ts'

interface StandingsOptions {
  readonly patterns: string
  readonly days: string
  readonly data: string
  readonly rounds: string
}

const refresh = async (pool: pg.Pool, now: number): Promise<{ ms: number; patterns: number }> => {
  const began = performance.now()
  const { patterns } = await refreshStandings(pool, now)
  return { ms: Math.round(performance.now() - began), patterns }
}

/** As if the last events of each shard had come since the last refresh. */
const setBack = (pool: pg.Pool, eventsPerShard: number) =>
  pool.query(
    `update projection_checkpoints set position = position - $1 where projection = 'pattern_standings'`,
    [eventsPerShard],
  )

const forget = (pool: pg.Pool) =>
  pool.query(`delete from projection_checkpoints where projection = 'pattern_standings'`)

/** The hour of the last event. */
const readLastHour = async (pool: pg.Pool): Promise<number> => {
  const { rows } = await pool.query<{ last: Date }>('select max(last_seen) as last from pattern_catalogue_v1')
  return Math.floor(rows[0]!.last.getTime() / windowMs.hour) * windowMs.hour
}

/** `npm run bench -- standings`: what it takes to bring the standings up to the windows. */
export const register = (program: Command): void => {
  program
    .command('standings')
    .description(
      'milliseconds of a refresh: of changed patterns, of late ones, of an hour that closes, of all from nothing',
    )
    .option('--patterns <n>', 'patterns', '10000')
    .option('--days <n>', 'days of windows', '90')
    .option('--data <dir>', 'where the seeded database is kept', '.data/bench-read')
    .option('--rounds <n>', 'how often each is done', '5')
    .action(async (options: StandingsOptions) => {
      const { postgres, databaseUrl } = await openSeededDatabase(options.data, {
        patterns: Number(options.patterns),
        days: Number(options.days),
        shards: 4,
        usesPerHour: 3_000,
        hoursInLog: 24,
      })
      const pool = createPool({
        connectionString: databaseUrl,
        applicationName: 'bench standings',
        onIdleError(error) {
          throw error
        },
      })
      try {
        const rounds = async (work: (round: number) => Promise<object>): Promise<object[]> => {
          const all: object[] = []
          for (let round = 0; round < Number(options.rounds); round++) all.push(await work(round))
          return all
        }
        const rows = await countRows(databaseUrl)
        const now = await readLastHour(pool)
        await forget(pool)
        const fromNothing = [await refresh(pool, now)]
        const changed = await rounds(async () => {
          await setBack(pool, 120)
          return refresh(pool, now)
        })
        const hours = await rounds((round) => refresh(pool, now + (round + 1) * windowMs.hour))
        const late = await rounds(async () => {
          await setBack(pool, 120)
          return refresh(pool, now + Number(options.rounds) * windowMs.hour)
        })
        const figures = { rows, changed, hours, late, from_nothing: fromNothing }
        printFigures(figures)
        printResult('standings', { patterns: Number(options.patterns), days: Number(options.days) }, figures)
      } finally {
        await pool.end()
        await postgres.stop()
      }
    })
}
