import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import type { Command } from 'commander'
import type pg from 'pg'
import { wholeNumber } from '../arguments/parseNumber.ts'
import { requireShard } from '../arguments/requireShard.ts'
import { commandGroup } from '../commandGroup.ts'
import type { CliContext } from '../context.ts'
import { type ExitCode, RefusedError } from '../exitCode.ts'
import { formatCount } from '../print/table.ts'
import { withDatabase } from '../withDatabase.ts'
import { confirm } from './confirm.ts'
import { refuseOtherStop } from './refuseOtherStop.ts'
import { readUnreadable, skipBatch, type SkippedBatch } from './skippedBatch.ts'

interface SkipOptions {
  readonly shard: number
  readonly yes?: boolean
  readonly json?: boolean
}

const describe = ({ shard, firstSourceOffset, nextSourceOffset, problem, byteCount }: SkippedBatch): string =>
  [
    `Shard ${shard} stopped at a batch of ${formatCount(byteCount)} bytes that cannot be read: ${problem}.`,
    `Its ${formatCount(nextSourceOffset - firstSourceOffset)} offsets, ${shard}:${firstSourceOffset} to ${shard}:${nextSourceOffset - 1}, become dead letters (unreadable_batch); what was in it is not counted.`,
    `The batch is kept as it was fetched, as the value of ${shard}:${firstSourceOffset}.`,
  ].join('\n')

const asJson = (shard: number, batch: SkippedBatch | undefined, skipped: boolean): string =>
  JSON.stringify({
    shard,
    batch:
      batch === undefined
        ? null
        : {
            first_offset: batch.firstSourceOffset,
            next_offset: batch.nextSourceOffset,
            problem: batch.problem,
            bytes: batch.byteCount,
          },
    skipped,
  })

const skip = async (pool: pg.Pool, batch: SkippedBatch): Promise<void> => {
  if (await skipBatch(pool, batch)) return
  throw new RefusedError(`Shard ${batch.shard} moved on in the meantime; nothing was changed`)
}

const skipAtShard = (
  { shard, yes = false, json = false }: SkipOptions,
  context: CliContext,
): Promise<ExitCode> =>
  withDatabase(
    context,
    async (pool) => {
      await requireShard(createPostgresEventLog({ pool }), shard)
      const print = (text: string): void => void context.stdout.write(`${text}\n`)
      const batch = await readUnreadable(pool, shard)
      if (batch === undefined) {
        await refuseOtherStop(pool, shard, 'unreadable_batch')
        print(
          json ? asJson(shard, undefined, false) : `Shard ${shard} needs nothing: no batch is in its way.`,
        )
        return 0
      }
      if (json) {
        if (yes) await skip(pool, batch)
        print(asJson(shard, batch, yes))
        return 0
      }
      print(describe(batch))
      if (!yes && !(await confirm(context))) return 1
      await skip(pool, batch)
      print('Done. A processor that runs takes the shard up by itself within seconds.')
      return 0
    },
    'owner',
  )

/** `shards skip`: lets a shard go on behind a batch that cannot be read. */
export const register = (program: Command, context: CliContext): void => {
  commandGroup(program, 'shards', 'resolves what stopped a shard')
    .command('skip')
    .summary('goes on behind a batch that cannot be read')
    .description(
      'Lets a shard go on behind a batch that cannot be read: one that is damaged, in a format that is not ' +
        'supported, or unpacks to too much. Says what it is and asks before anything is changed. Each of its offsets ' +
        'becomes a dead letter, and the batch is kept.',
    )
    .requiredOption('--shard <number>', 'the shard that stopped', wholeNumber(0))
    .option('--yes', 'do not ask')
    .option('--json', 'print the batch as one JSON object; nothing is changed without --yes')
    .addHelpText(
      'after',
      `
Examples:
  npm run cli -- shards skip --shard 2
  npm run --silent cli -- shards skip --shard 2 --json
  npm run --silent cli -- dead-letters show 2:1057 --raw > batch.bin`,
    )
    .action(context.action((options: SkipOptions) => skipAtShard(options, context)))
}
