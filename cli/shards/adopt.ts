import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { checkHistory, type HistoryCheck } from '@patterns/event-log/checkHistory.ts'
import type { EventLog, ShardHead } from '@patterns/event-log/eventLog.ts'
import { openTopic } from '@patterns/topic/openTopic.ts'
import type { PartitionEnd } from '@patterns/topic/source.ts'
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
import { type Adoption, decideAdoption } from './decideAdoption.ts'
import { refuseOtherStop } from './refuseOtherStop.ts'

interface AdoptOptions {
  readonly shard: number
  readonly copy?: boolean
  readonly yes?: boolean
}

/** Where the partition ends, and whether it still has what the shard has read. */
const askPartition = async (
  log: EventLog,
  head: ShardHead,
  shard: number,
  context: CliContext,
): Promise<{ readonly end: PartitionEnd; readonly check: HistoryCheck }> => {
  const source = openTopic({ settings: context.settings(), logger: context.logger() }).createSource()
  const unreachable = (error: unknown) => {
    throw new RefusedError('The topic cannot be asked, check KAFKA_BROKERS and KAFKA_TOPIC', {
      exitCode: 2,
      cause: error,
    })
  }
  try {
    const ends = await source.ends().catch(unreachable)
    const end = ends.find(({ partition }) => partition === shard)
    if (end === undefined)
      throw new RefusedError(
        `The topic does not say where partition ${shard} ends: there is none, or its broker is away`,
        { exitCode: 2 },
      )
    const question = { log, shard, head, ...end, history: source.history(shard) }
    return { end, check: await checkHistory(question).catch(unreachable) }
  } finally {
    await source.stop()
  }
}

/** Changes the head only if it is as it was read, to what the partition was when it was asked. Answers whether it did. */
const applyAdoption = async (
  pool: pg.Pool,
  head: ShardHead,
  { partition: shard, topicId }: PartitionEnd,
  adoption: Adoption,
): Promise<boolean> => {
  const changed = {
    sourceBase: 'sourceBase' in adoption ? adoption.sourceBase : head.sourceBase,
    nextSourceOffset: adoption.kind === 'gap' ? adoption.nextSourceOffset : head.nextSourceOffset,
    lost: adoption.kind === 'gap' ? adoption.lostMessages : 0,
    baseSince: adoption.kind === 'gap' ? head.sourceBaseSince : head.nextSourceOffset,
  }
  const { rowCount } = await pool.query(
    `with adopted as (
       update event_log_shards
       set source_base = $4, next_source_offset = $5, not_records = not_records + $6, topic_id = $7,
         source_base_since = $8, leader_epoch = null
       where shard = $1 and next_source_offset = $2 and source_base = $3 returning shard
     ), cleared as (delete from shard_stops using adopted where shard_stops.shard = adopted.shard)
     select shard from adopted`,
    [
      shard,
      head.nextSourceOffset,
      head.sourceBase,
      changed.sourceBase,
      changed.nextSourceOffset,
      changed.lost,
      topicId,
      changed.baseSince,
    ],
  )
  return rowCount === 1
}

const describeAdoption = (
  head: ShardHead,
  { partition: shard, endOffset }: PartitionEnd,
  adoption: Exclude<Adoption, { kind: 'nothing' }>,
): string => {
  if (adoption.kind === 'recreated')
    return `The topic was created again. Shard ${shard} keeps its events and goes on with the first message that partition ${shard} has now.`
  if (adoption.kind === 'truncated') {
    const { readFrom } = adoption
    const others =
      endOffset > readFrom
        ? `what partition ${shard} has at offsets ${readFrom} to ${endOffset - 1} now: of these, events that it has are duplicates, and the others count`
        : `what partition ${shard} gets from now on`
    const lost = `offsets ${readFrom} to ${head.nextSourceOffset - head.sourceBase - 1}`
    return `The topic lost messages after they were read, at ${lost}. Shard ${shard} keeps them and goes on with ${others}.`
  }
  if (adoption.kind === 'copy')
    return `The topic is another one. Shard ${shard} goes on in it after the last message that was read, as in a copy of the old one.`
  return `${formatCount(adoption.lostMessages)} messages of partition ${shard} were removed by the topic's retention before they were read. Shard ${shard} goes on without them; they are accounted for as no record.`
}

const adoptShard = ({ shard, copy = false, yes }: AdoptOptions, context: CliContext): Promise<ExitCode> =>
  withDatabase(
    context,
    async (pool) => {
      const log = createPostgresEventLog({ pool })
      await requireShard(log, shard)
      const head = (await log.head(shard))!
      const { end, check } = await askPartition(log, head, shard, context)
      const adoption = decideAdoption(head, end, { isCopy: copy, ...check })
      if (adoption.kind === 'nothing') {
        await refuseOtherStop(pool, shard, 'lost_source')
        context.stdout.write(`Shard ${shard} needs nothing: its partition has what it expects next.\n`)
        return 0
      }
      context.stdout.write(`${describeAdoption(head, end, adoption)}\n`)
      if (yes !== true && !(await confirm(context))) return 1
      if (!(await applyAdoption(pool, head, end, adoption))) {
        throw new RefusedError(`Shard ${shard} moved on in the meantime; nothing was changed`)
      }
      context.stdout.write('Done. A processor that runs takes the shard up by itself within seconds.\n')
      return 0
    },
    'owner',
  )

/** `shards adopt`: lets a shard go on whose partition lost what comes next. */
export const register = (program: Command, context: CliContext): void => {
  commandGroup(program, 'shards', 'resolves what stopped a shard')
    .command('adopt')
    .summary('goes on with what a partition has now')
    .description(
      'Lets a shard go on with what its partition has now, after the topic was deleted and created again or ' +
        'moved, after its retention removed messages that had not been read, or after it lost its newest. Asks ' +
        'before anything is changed; the events in the log stay as they are.',
    )
    .requiredOption('--shard <number>', 'the shard that stopped', wholeNumber(0))
    .option(
      '--copy',
      'the new topic has the same messages at the same offsets: go on after the last one read',
    )
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  npm run cli -- shards adopt --shard 2')
    .action(context.action((options: AdoptOptions) => adoptShard(options, context)))
}
