import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { type RejectionReason, rejectionReasons } from '@patterns/shared/contract/rejection.ts'
import { type Command, Option } from 'commander'
import type pg from 'pg'
import { wholeNumber } from '../arguments/parseNumber.ts'
import { requireShard } from '../arguments/requireShard.ts'
import { commandGroup } from '../commandGroup.ts'
import type { CliContext } from '../context.ts'
import type { ExitCode } from '../exitCode.ts'
import { printable } from '../print/printable.ts'
import { formatCount, formatTable } from '../print/table.ts'
import { withDatabase } from '../withDatabase.ts'
import { asJson, type DeadLetter, describeFaults, placeOf } from './deadLetter.ts'

interface ListOptions {
  readonly reason?: RejectionReason
  readonly shard?: number
  readonly limit: number
  readonly json?: boolean
}

const listDeadLetters = async (
  pool: pg.Pool,
  { reason, shard, limit }: ListOptions,
): Promise<{ letters: DeadLetter[]; total: number }> => {
  const filter = 'where ($1::text is null or reason = $1) and ($2::int4 is null or shard = $2)'
  const chosen = [reason ?? null, shard ?? null]
  const [page, counted] = await Promise.all([
    pool.query<DeadLetter>(
      `select shard, source_offset, reason, faults, key, recorded_at, dead_lettered_at from dead_letters ${filter}
       order by dead_lettered_at desc, shard, source_offset desc limit $3`,
      [...chosen, limit],
    ),
    pool.query<{ total: number }>(`select count(*) as total from dead_letters ${filter}`, chosen),
  ])
  return { letters: page.rows, total: counted.rows[0]!.total }
}

const columns = [
  { title: 'message' },
  { title: 'reason' },
  { title: 'sent at' },
  { title: 'key' },
  { title: 'fault' },
]
const longestCell = 80
const shorten = (text: string): string =>
  text.length > longestCell ? `${text.slice(0, longestCell - 1)}…` : text

const row = (letter: DeadLetter): string[] => {
  const [first = '', ...more] = describeFaults(letter.faults)
  return [
    placeOf(letter),
    letter.reason,
    letter.recorded_at.toISOString(),
    letter.key === null ? '' : shorten(printable(letter.key)),
    shorten(first) + (more.length > 0 ? ` (and ${more.length} more)` : ''),
  ]
}

const format = (letters: readonly DeadLetter[], total: number): string => {
  if (total === 0) return 'No dead letters.'
  return `${formatTable(columns, letters.map(row))}\n${formatCount(letters.length)} of ${formatCount(total)}, newest first`
}

/** `dead-letters list`: the messages that are no events. */
export const register = (program: Command, context: CliContext): void => {
  commandGroup(program, 'dead-letters', 'shows the messages that could not become events')
    .command('list')
    .summary('lists them, the newest first')
    .description('Lists dead letters, the newest first, each with its place and its first fault.')
    .addOption(new Option('--reason <reason>', 'only those with this reason').choices(rejectionReasons))
    .option('--shard <number>', 'only those of this shard', wholeNumber(0))
    .option('--limit <count>', 'at most so many', wholeNumber(1, 100_000), 50)
    .option('--json', 'print the result as one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  npm run cli -- dead-letters list
  npm run cli -- dead-letters list --reason schema --limit 10`,
    )
    .action(
      context.action((options: ListOptions) =>
        withDatabase(context, async (pool): Promise<ExitCode> => {
          if (options.shard !== undefined) await requireShard(createPostgresEventLog({ pool }), options.shard)
          const { letters, total } = await listDeadLetters(pool, options)
          const answer =
            options.json === true
              ? JSON.stringify({ total, dead_letters: letters.map(asJson) })
              : format(letters, total)
          context.stdout.write(`${answer}\n`)
          return 0
        }),
      ),
    )
}
