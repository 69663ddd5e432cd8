import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { readShardStops } from '@patterns/event-log/postgres/shardStops.ts'
import type { Command } from 'commander'
import { wholeNumber } from '../arguments/parseNumber.ts'
import { commandGroup } from '../commandGroup.ts'
import type { CliContext } from '../context.ts'
import type { ExitCode } from '../exitCode.ts'
import { createProgress } from '../print/progress.ts'
import { withDatabase } from '../withDatabase.ts'
import { auditShard, type ShardAudit } from './auditShard.ts'
import { auditsAsJson, formatAudits } from './formatAudits.ts'
import { readAcrossHoles, readDeadLetterOffsets, readDuplicates } from './readAccounts.ts'
import { chooseShards, countEvents, readPositions } from './readShards.ts'

interface VerifyOptions {
  readonly shard?: number
  readonly json?: boolean
}

const verifyLog = ({ shard: only, json }: VerifyOptions, context: CliContext): Promise<ExitCode> =>
  withDatabase(context, async (pool) => {
    const log = createPostgresEventLog({ pool })
    const shards = await chooseShards(log, only)
    const total = await countEvents(log, only)
    const progress = createProgress({ stderr: context.stderr, unit: 'events', total })
    const audits: ShardAudit[] = []
    let before = 0
    try {
      for (const shard of shards) {
        const contents = {
          shard,
          head: (await log.head(shard))!,
          positions: await readPositions(log),
          records: readAcrossHoles(log, shard),
          duplicates: readDuplicates(pool, shard),
          deadLetters: readDeadLetterOffsets(pool, shard),
        }
        const audit = await auditShard(contents, (events) => progress.update(before + events))
        before += audit.appended
        audits.push(audit)
      }
    } finally {
      progress.stop()
    }
    const stops = (await readShardStops(pool)).filter(({ shard }) => only === undefined || shard === only)
    context.stdout.write(`${json === true ? auditsAsJson(audits, stops) : formatAudits(audits, stops)}\n`)
    return stops.length > 0 || audits.some(({ faultCount }) => faultCount > 0) ? 1 : 0
  })

/** `log verify`: the accounting of the whole log. */
export const register = (program: Command, context: CliContext): void => {
  commandGroup(program, 'log', 'reads the event log')
    .command('verify')
    .summary('checks that every message is accounted for')
    .description(
      'Checks the accounting of the whole log: that every message of the topic is exactly one of appended, ' +
        'duplicate, dead-lettered or not a record, that positions have no gap, that each id is that of its ' +
        'payload, and that the counters agree. A shard that stopped takes no more of its messages, and is named. ' +
        'May run while events come in.',
    )
    .option('--shard <number>', 'only this shard', wholeNumber(0))
    .option('--json', 'print the result as one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 all is accounted for, 1 something is not (the first broken offset is named), or a
shard stopped, 2 wrong usage or settings.

Examples:
  npm run cli -- log verify
  npm run --silent cli -- log verify --json | jq .ok`,
    )
    .action(context.action((options: VerifyOptions) => verifyLog(options, context)))
}
