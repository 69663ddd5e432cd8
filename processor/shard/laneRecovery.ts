import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@patterns/shared/logger.ts'
import type { PartitionEnd, PartitionHistory } from '@patterns/topic/source.ts'
import { askEnd, askHistory } from './askTopic.ts'
import { backoffMs } from '@patterns/topic/backoff.ts'
import { hasMovedSince, LostSourceError } from './lostSource.ts'
import { messageOf } from './messageOf.ts'
import {
  needsDatabaseRepair,
  isWorthRetrying,
  type Owned,
  progressOf,
  type ShardState,
  succeed,
  type Work,
} from './ownedShard.ts'
import { type LaneOptions, openShardLane, type ShardLane } from './shardLane.ts'
import { stopCauseOf } from './stopCause.ts'

export interface LaneRecoveryOptions {
  readonly lane: Omit<LaneOptions, 'shard' | 'source' | 'history' | 'onProgress' | 'projector'> & {
    readonly projector: Omit<LaneOptions['projector'], 'onFailure'>
  }
  /** The partitions' ends as the source knows them now. */
  readonly ends: () => Promise<readonly PartitionEnd[]>
  /** What a partition holds now. */
  readonly history: (partition: number) => PartitionHistory
  readonly logger: Logger
  readonly backoff?: (attempt: number) => number
}

/**
 * The one recovery for all failures: a lane that failed is dropped with all that it holds in memory, and opened again
 * from what is committed, or its shard is stopped.
 */
export interface LaneRecovery {
  /**
   * The lane of a shard; opened if it has none. Tries until that succeeds, or the shard is revoked (then `undefined`).
   * @throws if trying again cannot help: the shard is stopped then
   */
  open(entry: Owned): Promise<ShardLane | undefined>
  /** Drops a lane that failed: it knows nothing for sure. Answers what its shard does now. */
  abandon(entry: Owned, lane: ShardLane, work: Work, error: unknown): ShardState['status']
  /** The same for a flush, which fails beside the batches; opens the lane again by itself. */
  flushFailed(entry: Owned, lane: ShardLane, error: unknown): void
  /** The shards whose topic lost what comes next, and why. */
  losses(): ReadonlyMap<number, LostSourceError>
}

export const createLaneRecovery = ({
  lane: laneOptions,
  ends,
  history,
  logger,
  backoff = backoffMs,
}: LaneRecoveryOptions): LaneRecovery => {
  /**
   * A topic that was created again grows: once it is as long as the old one it looks whole, and is not. So a loss is
   * kept, also while the shard is another's, until the log says to go on from elsewhere.
   */
  const losses = new Map<number, LostSourceError>()

  const stopShard = (entry: Owned, error: unknown): void => {
    const stop = stopCauseOf(entry.shard, error)
    // Once, while it is tried again and again.
    const isKnown = entry.status === 'stopped' && entry.stop?.message === stop.message
    entry.status = 'stopped'
    entry.stop = stop
    entry.reason = stop.message
    if (isKnown) return
    if (!(error instanceof LostSourceError)) {
      logger.error({ shard: entry.shard, err: error }, 'shard stopped')
    } else if (losses.get(entry.shard) !== error) {
      // Once, and without a stack: a person has to repair it, and the reason says how.
      losses.set(entry.shard, error)
      logger.error({ shard: entry.shard, reason: entry.reason }, 'shard stopped')
    }
  }

  /** @throws LostSourceError if the shard was refused before, and its log is as it was then */
  const refuseLost = async (shard: number): Promise<void> => {
    const loss = losses.get(shard)
    if (loss === undefined) return
    if (!hasMovedSince(loss, await laneOptions.log.head(shard))) throw loss
    losses.delete(shard)
  }

  const openOnce = async (entry: Owned): Promise<ShardLane> => {
    let opened: ShardLane | undefined
    let early: { readonly error: unknown } | undefined
    await refuseLost(entry.shard)
    const lane = await openShardLane({
      ...laneOptions,
      shard: entry.shard,
      source: () => askEnd(ends, entry.shard),
      history: askHistory(history, entry.shard),
      onProgress: () => {
        if (entry.takingSince !== undefined) entry.takingSince = laneOptions.projector.now()
      },
      projector: {
        ...laneOptions.projector,
        onFlush: (flush) => {
          succeed(entry, 'flush')
          laneOptions.projector.onFlush?.(flush)
        },
        // A flush fails beside the batches: at an idle shard nothing else would notice.
        onFailure: (error) => {
          if (opened === undefined) early ??= { error }
          else flushFailed(entry, opened, error)
        },
      },
    })
    if (early === undefined) return (opened = lane)
    lane.close()
    throw early.error
  }

  const openPatiently = async (entry: Owned): Promise<ShardLane | undefined> => {
    const failures = Math.max(entry.failures.take, entry.failures.flush)
    // The first time at once: mostly a rival was faster, or a connection broke.
    if (failures > 1) await delay(backoff(failures - 1))
    for (let attempt = 1; !entry.isRevoked; attempt++) {
      try {
        const lane = await openOnce(entry)
        if (entry.isRevoked) {
          lane.close()
          return undefined
        }
        entry.lane = lane
        // Where a flush failed the next one tells, unless nothing is left to write.
        if (entry.failures.flush === 0 || lane.flushedPosition() === lane.position()) succeed(entry, 'flush')
        return lane
      } catch (error) {
        if (isWorthRetrying(error)) {
          entry.status = 'retrying'
          entry.reason = messageOf(error)
          logger.warn({ shard: entry.shard, attempt, reason: entry.reason }, 'shard cannot be opened yet')
        } else {
          stopShard(entry, error)
          if (!needsDatabaseRepair(error)) throw error
        }
        await delay(backoff(attempt))
      }
    }
    return undefined
  }

  const open: LaneRecovery['open'] = (entry) => {
    // A flush that failed beside a batch may have opened it already.
    if (entry.lane !== undefined) return Promise.resolve(entry.lane)
    entry.opening ??= openPatiently(entry).finally(() => (entry.opening = undefined))
    return entry.opening
  }

  const abandon: LaneRecovery['abandon'] = (entry, lane, work, error) => {
    if (entry.lane !== lane) return entry.status
    lane.close()
    entry.failures[work] += 1
    entry.known = progressOf(lane)
    entry.lane = undefined
    if (isWorthRetrying(error)) {
      entry.status = 'retrying'
      entry.reason = messageOf(error)
      logger.warn(
        { shard: entry.shard, reason: entry.reason },
        'shard is opened again from what is committed',
      )
    } else {
      stopShard(entry, error)
    }
    return entry.status
  }

  const flushFailed: LaneRecovery['flushFailed'] = (entry, lane, error) => {
    if (abandon(entry, lane, 'flush', error) === 'retrying' || needsDatabaseRepair(error))
      void open(entry).catch(() => {})
  }

  return { open, abandon, flushFailed, losses: () => losses }
}
