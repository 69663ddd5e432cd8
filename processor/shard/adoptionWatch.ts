import type { EventLog } from '@patterns/event-log/eventLog.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import type { Source } from '@patterns/topic/source.ts'
import { hasMovedSince } from './lostSource.ts'
import type { ShardOwner } from './shardOwner.ts'

export interface AdoptionWatchOptions {
  readonly owner: Pick<ShardOwner, 'lost'>
  readonly log: Pick<EventLog, 'head'>
  readonly source: Pick<Source, 'beginAgain'>
  readonly logger: Logger
  /** Between two looks, in milliseconds. While no shard is stopped for its source, nothing is asked. */
  readonly everyMs?: number
}

export interface AdoptionWatch {
  /** Ends it after the look under way. */
  stop(): Promise<void>
}

/**
 * Begins a shard again that stopped because its source was lost, once its head in the log is another than the one
 * that was refused: so a person who adopts it needs not restart the process.
 */
export const watchAdoptions = ({
  owner,
  log,
  source,
  logger,
  everyMs = 1_000,
}: AdoptionWatchOptions): AdoptionWatch => {
  let isStopped = false
  const look = async (): Promise<void> => {
    for (const [shard, loss] of owner.lost()) {
      const hasMoved = hasMovedSince(loss, await log.head(shard))
      // Meanwhile the group may have given it to another process, or back to this one.
      if (isStopped || !hasMoved || owner.lost().get(shard) !== loss) continue
      logger.info({ shard }, 'shard was adopted, going on with it')
      source.beginAgain(shard)
    }
  }
  let looking: Promise<void> | undefined
  const timer = setInterval(() => {
    looking ??= look()
      // The database is away: that it is, those say who need it now.
      .catch((error: unknown) => logger.debug({ err: error }, 'lost shards not looked at'))
      .finally(() => (looking = undefined))
  }, everyMs)
  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      await looking
    },
  }
}
