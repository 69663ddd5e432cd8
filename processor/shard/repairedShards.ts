import type { EventLog } from '@patterns/event-log/eventLog.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import { repeat, type Repeating } from '@patterns/topic/repeat.ts'
import type { Source } from '@patterns/topic/source.ts'
import { UnreadableBatchError } from '@patterns/topic/unreadableBatchError.ts'
import { hasMovedSince, type RefusedHead } from './lostSource.ts'
import type { ShardOwner } from './shardOwner.ts'

export interface RepairedShardsOptions {
  readonly owner: Pick<ShardOwner, 'lost'>
  readonly log: Pick<EventLog, 'head'>
  readonly source: Pick<Source, 'beginAgain' | 'stopped'>
  readonly logger: Logger
  /** Between two looks, in milliseconds. While no shard is stopped for what a command repairs, nothing is asked. */
  readonly everyMs?: number
}

/** Whether the log goes on behind the batch. Before it may lie what is still being taken. */
const isBehind = (refused: RefusedHead, head: RefusedHead | undefined): boolean =>
  head !== undefined &&
  (head.nextSourceOffset > refused.nextSourceOffset ||
    head.sourceBase !== refused.sourceBase ||
    head.topicId !== refused.topicId)

/**
 * Begins a shard again that stopped because its source was lost, or at a batch that cannot be read, once a command has
 * changed its head in the log: so whoever repairs it need not restart the process.
 */
export const watchRepairedShards = ({
  owner,
  log,
  source,
  logger,
  everyMs = 1_000,
}: RepairedShardsOptions): Repeating => {
  let isStopped = false
  /** The head as it is at a batch that cannot be read. */
  const headsAt = new WeakMap<UnreadableBatchError, RefusedHead>()

  const beginAgain = (shard: number): void => {
    logger.info({ shard }, 'shard was repaired, reading it again')
    source.beginAgain(shard)
  }
  const lookAtLost = async (): Promise<void> => {
    for (const [shard, loss] of owner.lost()) {
      const hasMoved = hasMovedSince(loss, await log.head(shard))
      // Meanwhile the group may have given it to another process, or back to this one.
      if (!isStopped && hasMoved && owner.lost().get(shard) === loss) beginAgain(shard)
    }
  }
  const lookAtUnreadable = async (): Promise<void> => {
    for (const { partition, error } of source.stopped()) {
      if (!(error instanceof UnreadableBatchError)) continue
      const head = await log.head(partition)
      const known = headsAt.get(error)
      if (known === undefined && head !== undefined)
        headsAt.set(error, { ...head, nextSourceOffset: head.sourceBase + error.batch.firstOffset })
      const isRepaired = known !== undefined && isBehind(known, head)
      if (!isStopped && isRepaired && source.stopped().some((still) => still.error === error))
        beginAgain(partition)
    }
  }
  const look = async (): Promise<void> => {
    await lookAtLost()
    await lookAtUnreadable()
  }
  const looking = repeat(
    () =>
      look()
        // The database is away: whatever needs it now reports that.
        .catch((error: unknown) => logger.debug({ err: error }, 'stopped shards could not be checked')),
    everyMs,
  )
  return {
    async stop() {
      isStopped = true
      await looking.stop()
    },
  }
}
