import type { Command } from 'commander'
import type pg from 'pg'
import { percentilesOf } from './percentiles.ts'
import { printFigures, printResult } from './printResult.ts'
import { startSteadyLoad } from './steadyLoad.ts'

const warmUpSeconds = 10
const measuredSeconds = 30
/** Ten questions a second: enough for a p99 of each half minute, and no load worth speaking of. */
const everyTicks = 10

/** How a table that is rewritten all the time looks: what a vacuum has left, and what updates cost. */
interface TableFigures {
  readonly table: string
  readonly rows: number
  readonly dead: number
  readonly mib: number
  readonly updates: number
  /** The share of updates that touched no index and no other page; null if there was none. */
  readonly heap_only: number | null
  readonly autovacuums: number
}

const readTables = async (pool: pg.Pool): Promise<TableFigures[]> => {
  const { rows } = await pool.query<TableFigures>(
    `select relname as table, n_live_tup as rows, n_dead_tup as dead,
       round(pg_total_relation_size(relid) / 1048576.0, 1)::float8 as mib, n_tup_upd as updates,
       round(n_tup_hot_upd::numeric / nullif(n_tup_upd, 0), 3)::float8 as heap_only, autovacuum_count as autovacuums
     from pg_stat_user_tables
     where relname ~ '^(event_log_shards|event_log_segments_|projection_checkpoints|pattern_|total_windows_)'
     order by relname`,
  )
  return rows
}

/** `npm run bench -- soak`: whether tables and latency stay as they are while the same rows are rewritten for minutes. */
export const register = (program: Command): void => {
  program
    .command('soak')
    .description('dead tuples, table sizes and latency at the beginning and the end of a long steady load')
    .option('--rate <n>', 'events a second', '5000')
    .option('--minutes <n>', 'how long', '10')
    .action(async (options: { rate: string; minutes: string }) => {
      const [rate, minutes] = [Number(options.rate), Number(options.minutes)]
      const load = await startSteadyLoad(rate)
      const measure = async () => {
        const milliseconds = percentilesOf(await load.send(measuredSeconds, everyTicks))
        const figures = { milliseconds, tables: await readTables(load.services.pool) }
        printFigures(figures)
        return figures
      }
      try {
        await load.send(warmUpSeconds, everyTicks)
        const beginning = await measure()
        await load.send(Math.max(0, minutes * 60 - 2 * measuredSeconds))
        const end = await measure()
        printResult(
          'soak',
          { rate, minutes, partitions: 4, fsync: true, broker_compiler: 'C1' },
          { beginning, end },
        )
      } finally {
        await load.stop()
      }
    })
}
