import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { servedVersion } from '@patterns/read-model/served.ts'
import { forgetShard } from '@patterns/read-model/writing/forgetShard.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type { Command } from 'commander'
import type pg from 'pg'
import { wholeNumber } from '../arguments/parseNumber.ts'
import { requireShard } from '../arguments/requireShard.ts'
import { commandGroup } from '../commandGroup.ts'
import type { CliContext } from '../context.ts'
import type { ExitCode } from '../exitCode.ts'
import { formatCount } from '../print/table.ts'
import { confirm } from '../shards/confirm.ts'
import { withDatabase } from '../withDatabase.ts'

interface RebuildOptions {
  readonly shard: number
  readonly yes?: boolean
}

/** Forgets what a shard's events were counted to, and that it stopped because of that, in one transaction. */
const forgetProjection = (pool: pg.Pool, shard: number): Promise<void> =>
  transaction(pool, async (client) => {
    await forgetShard(client, servedVersion, shard)
    await client.query(`delete from shard_stops where shard = $1 and reason = 'projection_ahead'`, [shard])
  })

const rebuild = ({ shard, yes }: RebuildOptions, context: CliContext): Promise<ExitCode> =>
  withDatabase(
    context,
    async (pool) => {
      const log = createPostgresEventLog({ pool })
      await requireShard(log, shard)
      const { position } = (await log.head(shard))!
      context.stdout.write(
        `The windows, the catalogue and the trends of shard ${shard} are deleted, and counted again from the ` +
          `${formatCount(position)} events of its log; so are the standings, of all shards. Until that is done its ` +
          'numbers are too small.\n',
      )
      if (yes !== true && !(await confirm(context))) return 1
      await forgetProjection(pool, shard)
      context.stdout.write('Done. The processor that owns the shard begins within seconds.\n')
      return 0
    },
    'owner',
  )

/** `projections rebuild`: counts a shard again from its log. */
export const register = (program: Command, context: CliContext): void => {
  commandGroup(program, 'projections', 'looks after what is counted')
    .command('rebuild')
    .summary('counts a shard again from its log')
    .description(
      'Deletes what the events of a shard were counted to, in one transaction, and lets the processor that owns the ' +
        'shard count them again from the beginning of its log: for a database of which a part was set back, so that ' +
        'checkpoint and windows do not fit each other. Asks before anything is changed; the log stays as it is.',
    )
    .requiredOption('--shard <number>', 'the shard', wholeNumber(0))
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  npm run cli -- projections rebuild --shard 2')
    .action(context.action((options: RebuildOptions) => rebuild(options, context)))
}
