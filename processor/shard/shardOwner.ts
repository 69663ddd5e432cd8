import { setTimeout as delay } from 'node:timers/promises'
import type { TopicBatch } from '@patterns/shared/contract/topicMessage.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import type { PartitionEnd, PartitionHistory, PartitionOwner } from '@patterns/topic/source.ts'
import { FencedError } from '../project/writeFlush.ts'
import { askEnd, askHistory } from './askTopic.ts'
import { backoffMs } from './backoff.ts'
import {
  isMendedInDatabase,
  isWorthRetrying,
  type Owned,
  ownShard,
  progressOf,
  type ShardState,
  stateOf,
  succeed,
  type Work,
} from './ownedShard.ts'
import { hasMovedSince, LostSourceError } from './lostSource.ts'
import { messageOf } from './messageOf.ts'
import { type LaneOptions, openShardLane, type ShardLane } from './shardLane.ts'
import { stopCauseOf } from './stopCause.ts'

export interface ShardOwnerOptions {
  readonly lane: Omit<LaneOptions, 'shard' | 'source' | 'history' | 'onProgress' | 'projector'> & {
    readonly projector: Omit<LaneOptions['projector'], 'onFailure'>
  }
  /** The partitions' ends as the source knows them now. */
  readonly ends: () => Promise<readonly PartitionEnd[]>
  /** What a partition holds now. */
  readonly history: (partition: number) => PartitionHistory
  readonly logger: Logger
  readonly backoff?: (attempt: number) => number
  /** Told how many shards there are whenever that changes. */
  readonly onOwned?: (shards: number) => void
  /** How long a batch may take without coming on before no sign of life is given for it, in milliseconds. */
  readonly maxTakeMs?: number
  /** How long the last flush of a shard that goes elsewhere is waited for, in milliseconds. */
  readonly lastFlushMs?: number
}

/** Owns the shards that the group gives to this process. */
export interface ShardOwner extends PartitionOwner {
  states(): ShardState[]
  /** The shards that stopped because the topic lost what comes next, and why. */
  lost(): ReadonlyMap<number, LostSourceError>
  /**
   * Compares the checkpoints that `read` answers with what was flushed, and opens those shards again that are behind it: a
   * command has them counted again, or somebody set them back. One that is idle would else not come to know.
   */
  compareCheckpoints(read: () => Promise<ReadonlyMap<number, number>>): Promise<void>
  /** Writes what is pending in every shard, as far as the database lets it. */
  stop(): Promise<void>
}

/** Well below the time after which the source takes a silent owner for dead. */
const heartbeatMs = 1_000

export const createShardOwner = ({
  lane: laneOptions,
  ends,
  history,
  logger,
  backoff = backoffMs,
  onOwned,
  // Longer than all that the database is given: whatever this process hangs at, another one may not.
  maxTakeMs = 60_000,
  // Well below the time that a group waits for a member that is to let go.
  lastFlushMs = 3_000,
}: ShardOwnerOptions): ShardOwner => {
  const owned = new Map<number, Owned>()
  const { now } = laneOptions.projector
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
      // Once, and without a stack: it is for a person to mend, and the reason says how.
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
        if (entry.takingSince !== undefined) entry.takingSince = now()
      },
      projector: {
        ...laneOptions.projector,
        onFlush: (flush) => {
          succeed(entry, 'flush')
          laneOptions.projector.onFlush?.(flush)
        },
        // A flush fails beside the batches: at an idle shard nobody else would come to notice.
        onFailure: (error) => {
          if (opened === undefined) early ??= { error }
          else if (abandonLane(entry, opened, 'flush', error) === 'retrying' || isMendedInDatabase(error))
            void openLane(entry).catch(() => {})
        },
      },
    })
    if (early === undefined) return (opened = lane)
    lane.close()
    throw early.error
  }

  /** Tries until it succeeds, the shard is revoked, or trying again cannot help (then it throws). */
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
          if (!isMendedInDatabase(error)) throw error
        }
        await delay(backoff(attempt))
      }
    }
    return undefined
  }

  const openLane = (entry: Owned): Promise<ShardLane | undefined> => {
    // A flush that failed beside a batch may have opened it already.
    if (entry.lane !== undefined) return Promise.resolve(entry.lane)
    entry.opening ??= openPatiently(entry).finally(() => (entry.opening = undefined))
    return entry.opening
  }

  /** A lane that failed knows nothing for sure: drop it. What is committed is the truth to go on from. */
  const abandonLane = (entry: Owned, lane: ShardLane, work: Work, error: unknown): ShardState['status'] => {
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

  /**
   * Waits and keeps telling the group that we live, until it says that the shard is not ours any more. A batch that comes
   * to no end is no life.
   */
  const whileAlive = async <Value>(
    entry: Owned,
    promise: Promise<Value>,
    alive: () => Promise<void>,
  ): Promise<Value> => {
    const heartbeat = setInterval(() => {
      if (now() - (entry.takingSince ?? now()) > maxTakeMs) return
      alive().catch(() => (entry.isRevoked = true))
    }, heartbeatMs)
    try {
      return await promise
    } finally {
      clearInterval(heartbeat)
    }
  }

  const release = async (partition: number): Promise<void> => {
    const entry = owned.get(partition)
    if (entry === undefined) return
    entry.isRevoked = true
    owned.delete(partition)
    onOwned?.(owned.size)
    const flushed = entry.lane
      ?.flush()
      .catch((error: unknown) =>
        logger.debug({ shard: partition, reason: messageOf(error) }, 'last flush failed'),
      )
    // The next owner could project the rest from the log; writing it now saves that work, and is not worth a long wait.
    const waited = new AbortController()
    await Promise.race([flushed, delay(lastFlushMs, undefined, { signal: waited.signal }).catch(() => {})])
    waited.abort()
    entry.lane?.close()
  }

  return {
    async assigned(partition) {
      await release(partition)
      const entry = ownShard(partition)
      owned.set(partition, entry)
      onOwned?.(owned.size)
      const lane = await openLane(entry)
      return lane?.nextOffset() ?? 0
    },

    async take(batch: TopicBatch, alive) {
      const entry = owned.get(batch.partition)
      if (entry === undefined) return batch.firstOffset
      // One that could be opened again is tried, slowly: a person may have mended by now what it cannot take.
      const isTried = entry.opening !== undefined || entry.lane !== undefined
      if (entry.status === 'stopped' && !isTried) throw new Error(entry.reason)
      const lane = entry.lane ?? (await whileAlive(entry, openLane(entry), alive))
      if (lane === undefined) return batch.firstOffset
      // What is committed may lie elsewhere than the source believes: it is to go there.
      if (lane.nextOffset() !== batch.firstOffset) {
        succeed(entry, 'take')
        return lane.nextOffset()
      }
      try {
        entry.takingSince = now()
        await whileAlive(entry, lane.take(batch), alive).finally(() => (entry.takingSince = undefined))
        succeed(entry, 'take')
        return lane.nextOffset()
      } catch (error) {
        // A flush or a look at the checkpoint may have given the lane up beside this, with a reason of its own: that it
        // was closed is none.
        const isGivenUp = entry.lane !== lane
        abandonLane(entry, lane, 'take', error)
        const isOver = isGivenUp
          ? entry.status === 'stopped' && entry.opening === undefined
          : !isWorthRetrying(error) && !isMendedInDatabase(error)
        if (isOver) throw error
        const reopened = await whileAlive(entry, openLane(entry), alive)
        const next = reopened?.nextOffset() ?? batch.firstOffset
        // The batch that failed is in the log, by a rival or by ourselves.
        if (next !== batch.firstOffset) succeed(entry, 'take')
        return next
      }
    },

    leaderEpoch: (partition) => owned.get(partition)?.lane?.leaderEpoch() ?? null,

    revoked: release,

    states: () =>
      [...owned.values()].map((entry) => stateOf(entry, now())).toSorted((a, b) => a.shard - b.shard),

    lost: () => new Map([...losses].filter(([shard]) => owned.get(shard)?.status === 'stopped')),

    async compareCheckpoints(read) {
      // Before they are read: a checkpoint only grows, unless somebody else has it in hand.
      const flushed = [...owned.values()].flatMap((entry) =>
        entry.lane === undefined ? [] : [{ entry, lane: entry.lane, position: entry.lane.flushedPosition() }],
      )
      const found = await read()
      for (const { entry, lane, position } of flushed) {
        if ((found.get(entry.shard) ?? 0) >= position) continue
        const error = new FencedError(`The checkpoint of shard ${entry.shard} is behind ${position} by now`)
        if (abandonLane(entry, lane, 'flush', error) === 'retrying') void openLane(entry).catch(() => {})
      }
    },

    async stop() {
      await Promise.all([...owned.keys()].map(release))
    },
  }
}
