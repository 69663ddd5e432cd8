import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import type { Command } from 'commander'
import { parseUuid } from '../arguments/parseUuid.ts'
import { commandGroup } from '../commandGroup.ts'
import type { CliContext } from '../context.ts'
import type { ExitCode } from '../exitCode.ts'
import { createProgress } from '../print/progress.ts'
import { formatTable } from '../print/table.ts'
import { withDatabase } from '../withDatabase.ts'
import { findDeadLetters, findDuplicates, findInLog, type Occurrence } from './occurrences.ts'
import { countEvents } from './readShards.ts'

interface SearchOptions {
  readonly eventId: string
  readonly json?: boolean
}

const columns = [{ title: 'message' }, { title: 'became' }, { title: 'position' }, { title: 'sent at' }]

const row = ({ shard, sourceOffset, became, position, recordedAt }: Occurrence): string[] => [
  `${shard}:${sourceOffset}`,
  became,
  position === undefined ? '' : String(position),
  recordedAt === undefined ? '' : new Date(recordedAt).toISOString(),
]

const asJson = ({ shard, sourceOffset, became, position, recordedAt }: Occurrence) => ({
  shard,
  source_offset: sourceOffset,
  became,
  position: position ?? null,
  recorded_at: recordedAt === undefined ? null : new Date(recordedAt).toISOString(),
})

const describe = (eventId: string, found: readonly Occurrence[]): string => {
  if (found.length === 0) return `No message of the log has the id ${eventId}.`
  const appended = found.filter(
    ({ position, became }) => became === 'appended' && position !== undefined,
  ).length
  const table = formatTable(columns, found.map(row))
  if (appended < 2) return table
  return `${table}\nThe event was appended ${appended} times: the later ones came beyond the duplicate horizon.`
}

const searchLog = ({ eventId, json }: SearchOptions, context: CliContext): Promise<ExitCode> =>
  withDatabase(context, async (pool) => {
    const log = createPostgresEventLog({ pool })
    const total = await countEvents(log, undefined)
    const progress = createProgress({ stderr: context.stderr, unit: 'ids', total })
    try {
      const appended = await findInLog(log, eventId, (ids) => progress.update(ids))
      const others = [...(await findDuplicates(pool, appended)), ...(await findDeadLetters(pool, eventId))]
      const found = [...appended, ...others].toSorted(
        (a, b) => a.shard - b.shard || a.sourceOffset - b.sourceOffset,
      )
      progress.stop()
      const answer =
        json === true
          ? JSON.stringify({ event_id: eventId, occurrences: found.map(asJson) })
          : describe(eventId, found)
      context.stdout.write(`${answer}\n`)
      return found.length > 0 ? 0 : 1
    } finally {
      progress.stop()
    }
  })

/** `log search`: every message that carried an event's id. */
export const register = (program: Command, context: CliContext): void => {
  commandGroup(program, 'log', 'reads the event log')
    .command('search')
    .summary('finds every message with an event id')
    .description(
      'Finds every message with an event id in the whole log, also beyond the horizon within which ' +
        'duplicates are noticed: what was appended, skipped as a duplicate, or set aside as a dead letter.',
    )
    .requiredOption('--event-id <uuid>', 'the id to look for', parseUuid)
    .option('--json', 'print the result as one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 found, 1 not found, 2 wrong usage or settings.

Example:
  npm run cli -- log search --event-id 0190a6f2-7c4e-7d1a-9b3c-5e8f2a4d6c10`,
    )
    .action(context.action((options: SearchOptions) => searchLog(options, context)))
}
