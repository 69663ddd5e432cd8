import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { type RejectionReason, rejectionReasons } from '@patterns/shared/contract/rejection.ts'
import { type Command, Option } from 'commander'
import type pg from 'pg'
import { wholeNumber } from '../arguments/parseNumber.ts'
import { parsePlace, type Place } from '../arguments/parsePlace.ts'
import { requireShard } from '../arguments/requireShard.ts'
import { commandGroup } from '../commandGroup.ts'
import type { CliContext } from '../context.ts'
import { type ExitCode, RefusedError } from '../exitCode.ts'
import { printable } from '../print/printable.ts'
import { formatCount, formatTable } from '../print/table.ts'
import { withDatabase } from '../withDatabase.ts'
import { asJson, type DeadLetter, describeFaults, placeOf } from './deadLetter.ts'

interface ListOptions {
  readonly reason?: RejectionReason
  readonly shard?: number
  readonly limit: number
  readonly before?: Place
  readonly json?: boolean
}

interface Listed {
  readonly letters: readonly DeadLetter[]
  /** Of this page and all others. */
  readonly total: number
  /** Whether older ones follow. */
  readonly isMore: boolean
}

/** By when a message was sent; one from the future, by a clock that is wrong, by when it was set aside. */
const newness = 'least(recorded_at, dead_lettered_at), shard, source_offset'

const requireDeadLetter = async (pool: pg.Pool, { shard, sourceOffset }: Place): Promise<void> => {
  const found = await pool.query('select from dead_letters where shard = $1 and source_offset = $2', [
    shard,
    sourceOffset,
  ])
  if (found.rowCount === 0)
    throw new RefusedError(`--before: there is no dead letter at ${shard}:${sourceOffset}`, { exitCode: 2 })
}

const listDeadLetters = async (
  pool: pg.Pool,
  { reason, shard, limit, before }: ListOptions,
): Promise<Listed> => {
  if (before !== undefined) await requireDeadLetter(pool, before)
  const filter = 'where ($1::text is null or reason = $1) and ($2::int4 is null or shard = $2)'
  const chosen = [reason ?? null, shard ?? null]
  const [page, counted] = await Promise.all([
    pool.query<DeadLetter>(
      `select shard, source_offset, reason, faults, key, recorded_at, dead_lettered_at from dead_letters ${filter}
         and ($4::int4 is null or (${newness}) <
           (select ${newness} from dead_letters where shard = $4 and source_offset = $5::int8))
       order by (${newness}) desc limit $3`,
      [...chosen, limit + 1, before?.shard ?? null, before?.sourceOffset ?? null],
    ),
    pool.query<{ total: number }>(`select count(*) as total from dead_letters ${filter}`, chosen),
  ])
  return {
    letters: page.rows.slice(0, limit),
    total: counted.rows[0]!.total,
    isMore: page.rows.length > limit,
  }
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

/** The one that `--before` gets to go on; null at the end. */
const nextOf = ({ letters, isMore }: Listed): string | null => (isMore ? placeOf(letters.at(-1)!) : null)

const format = (listed: Listed): string => {
  const { letters, total } = listed
  if (total === 0) return 'No dead letters.'
  const next = nextOf(listed)
  const rest = next === null ? '' : `; the older ones: --before ${next}`
  return `${formatTable(columns, letters.map(row))}\n${formatCount(letters.length)} of ${formatCount(total)}, newest first${rest}`
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
    .option(
      '--before <shard:offset>',
      'only those that come after this one in the list: the next page',
      parsePlace,
    )
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
          const listed = await listDeadLetters(pool, options)
          const answer =
            options.json === true
              ? JSON.stringify({
                  total: listed.total,
                  dead_letters: listed.letters.map(asJson),
                  next: nextOf(listed),
                })
              : format(listed)
          context.stdout.write(`${answer}\n`)
          return 0
        }),
      ),
    )
}
