import { setTimeout as delay } from 'node:timers/promises'
import type { TopicBatch } from '@patterns/shared/contract/topicMessage.ts'
import type { PartitionOwner } from '@patterns/topic/source.ts'
import { FencedError } from '@patterns/read-model/writing/fencedError.ts'
import { createLaneRecovery, type LaneRecoveryOptions } from './laneRecovery.ts'
import {
  needsDatabaseRepair,
  isWorthRetrying,
  type Owned,
  ownShard,
  type ShardState,
  stateOf,
  succeed,
} from './ownedShard.ts'
import type { LostSourceError } from './lostSource.ts'
import { messageOf } from './messageOf.ts'

export interface ShardOwnerOptions extends LaneRecoveryOptions {
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
  onOwned,
  // Longer than all that the database is given: whatever this process hangs at, another one may not.
  maxTakeMs = 60_000,
  // Well below the time that a group waits for a member that is to let go.
  lastFlushMs = 3_000,
  ...options
}: ShardOwnerOptions): ShardOwner => {
  const owned = new Map<number, Owned>()
  const recovery = createLaneRecovery(options)
  const { logger } = options
  const { now } = options.lane.projector

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
      const lane = await recovery.open(entry)
      return lane?.nextOffset() ?? 0
    },

    async take(batch: TopicBatch, alive) {
      const entry = owned.get(batch.partition)
      if (entry === undefined) return batch.firstOffset
      // One that could be opened again is tried, slowly: what it cannot take may be repaired by now.
      const isTried = entry.opening !== undefined || entry.lane !== undefined
      if (entry.status === 'stopped' && !isTried) throw new Error(entry.reason)
      const lane = entry.lane ?? (await whileAlive(entry, recovery.open(entry), alive))
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
        recovery.abandon(entry, lane, 'take', error)
        const isOver = isGivenUp
          ? entry.status === 'stopped' && entry.opening === undefined
          : !isWorthRetrying(error) && !needsDatabaseRepair(error)
        if (isOver) throw error
        const reopened = await whileAlive(entry, recovery.open(entry), alive)
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

    lost: () => new Map([...recovery.losses()].filter(([shard]) => owned.get(shard)?.status === 'stopped')),

    async compareCheckpoints(read) {
      // Before they are read: a checkpoint only grows, unless somebody else has it in hand.
      const flushed = [...owned.values()].flatMap((entry) =>
        entry.lane === undefined ? [] : [{ entry, lane: entry.lane, position: entry.lane.flushedPosition() }],
      )
      const found = await read()
      for (const { entry, lane, position } of flushed) {
        if ((found.get(entry.shard) ?? 0) >= position) continue
        const error = new FencedError(`The checkpoint of shard ${entry.shard} is behind ${position} by now`)
        recovery.flushFailed(entry, lane, error)
      }
    },

    async stop() {
      await Promise.all([...owned.keys()].map(release))
    },
  }
}
