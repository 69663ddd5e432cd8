import type { LogRecord } from '@patterns/event-log/eventLog.ts'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import { type Command, Option } from 'commander'
import type pg from 'pg'
import { wholeNumber } from '../arguments/parseNumber.ts'
import { parseTime } from '../arguments/parseTime.ts'
import { parseUuid } from '../arguments/parseUuid.ts'
import { commandGroup } from '../commandGroup.ts'
import type { CliContext } from '../context.ts'
import { type ExitCode, RefusedError } from '../exitCode.ts'
import { createLineWriter } from '../print/lineWriter.ts'
import { createProgress } from '../print/progress.ts'
import { withDatabase } from '../withDatabase.ts'
import { eventLine, recordLine } from './exportLine.ts'
import { countRanges, findRanges, readShards } from './readShards.ts'

interface ExportOptions {
  /** Epoch milliseconds of `occurred_at`, inclusive. */
  readonly from?: number
  /** Exclusive. */
  readonly to?: number
  readonly patternId?: string
  readonly shard?: number
  readonly format: 'events' | 'records'
  readonly withPosition?: boolean
}

/** @throws RefusedError for a span that can hold nothing: a slip, and an empty file would hide it */
const refuseEmptySpan = ({ from, to }: ExportOptions): void => {
  if (from === undefined || to === undefined || from < to) return
  throw new RefusedError('--from must be before --to', { exitCode: 2 })
}

/** A pattern without events in a span is an answer, one without any is a slip. @throws RefusedError */
const requirePattern = async (pool: pg.Pool, patternId: string): Promise<void> => {
  const known = await pool.query(`select from ${servedTables.catalogue} where pattern_id = $1 limit 1`, [
    patternId,
  ])
  if (known.rowCount === 0) throw new RefusedError(`The log has no event of the pattern ${patternId}`)
}

/** Whether a record is wanted. Reads the event only if something is asked of it. */
const createFilter = ({
  from,
  to,
  patternId,
}: Pick<ExportOptions, 'from' | 'to' | 'patternId'>): ((record: LogRecord) => boolean) => {
  if (from === undefined && to === undefined && patternId === undefined) return () => true
  return (record) => {
    const event = decodeRecord(record)
    return (
      event.occurredAt >= (from ?? Number.NEGATIVE_INFINITY) &&
      event.occurredAt < (to ?? Number.POSITIVE_INFINITY) &&
      (patternId === undefined || event.patternId === patternId)
    )
  }
}

const exportLog = (options: ExportOptions, context: CliContext): Promise<ExitCode> =>
  withDatabase(context, async (pool): Promise<ExitCode> => {
    const log = createPostgresEventLog({ pool })
    const { stdout, stderr } = context
    const writer = createLineWriter(stdout)
    const isWanted = createFilter(options)
    const asLine = options.format === 'records' || options.withPosition === true ? recordLine : eventLine
    const shards = await findRanges(log, options.shard, options)
    // On a terminal the events themselves show that it goes on.
    const total = countRanges(shards)
    const progress = stdout.isTTY ? undefined : createProgress({ stderr, unit: 'events read', total })
    try {
      let read = 0
      let written = 0
      for await (const { shard, page } of readShards(log, shards)) {
        for (const record of page) {
          if (!isWanted(record)) continue
          if (!(await writer.write(asLine(shard, record)))) return 0
          written++
        }
        read += page.length
        progress?.update(read)
      }
      await writer.flush()
      if (written === 0 && options.patternId !== undefined) await requirePattern(pool, options.patternId)
      return 0
    } finally {
      progress?.stop()
    }
  })

/** `log export`: the events of the log as NDJSON. */
export const register = (program: Command, context: CliContext): void => {
  const time = (text: string): number => parseTime(text, context.now())
  commandGroup(program, 'log', 'reads the event log')
    .command('export')
    .summary('prints events as NDJSON')
    .description(
      "Prints events as NDJSON on standard output, each in the producer's own bytes, by shard and position.",
    )
    .option('--from <time>', 'events that occurred at or after this time', time)
    .option('--to <time>', 'events that occurred before this time', time)
    .option('--pattern-id <uuid>', 'events of this pattern', parseUuid)
    .option('--shard <number>', 'events of this shard', wholeNumber(0))
    .addOption(
      new Option('--format <format>', 'events: only the events; records: each with its place in the log')
        .choices(['events', 'records'])
        .default('events'),
    )
    .option('--with-position', 'the same as --format records')
    .addHelpText(
      'after',
      `
A time is RFC 3339, a date (UTC), or 24h, 7d for that long ago. What is printed can be published again, and is then
recognized as duplicates; in an empty log it gives the same numbers. Line ends inside an event become spaces. Where
an event's own bytes do not say all, the line is an object with it under "event": of a CloudEvent with the headers that
belong to it, of version 0 with the id that it was given.

Examples:
  npm run --silent cli -- log export --from 7d > last-week.ndjson
  npm run --silent cli -- log export --from 2026-01-01 --to 2026-02-01 --pattern-id 0190a6f2-…
  npm run --silent cli -- log export --format records --shard 0 | head -1`,
    )
    .action(
      context.action(async (options: ExportOptions) => {
        refuseEmptySpan(options)
        return exportLog(options, context)
      }),
    )
}
