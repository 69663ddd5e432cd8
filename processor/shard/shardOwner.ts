import { setTimeout as delay } from 'node:timers/promises'
import type { TopicBatch } from '@patterns/shared/contract/topicMessage.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import { isTransient } from '@patterns/shared/postgres/isTransient.ts'
import type { PartitionEnd, PartitionOwner } from '@patterns/topic/source.ts'
import { FencedError } from '../project/writeFlush.ts'
import { backoffMs } from './backoff.ts'
import { type LaneOptions, openShardLane, type ShardLane } from './shardLane.ts'

/** What a shard of this process is doing; `stopped` needs a person, and `reason` says why. */
export interface ShardState {
  readonly shard: number
  readonly status: 'opening' | 'running' | 'retrying' | 'stopped'
  readonly reason: string | undefined
  readonly position: number
  readonly flushedPosition: number
  readonly nextOffset: number
}

export interface ShardOwnerOptions {
  readonly lane: Omit<LaneOptions, 'shard' | 'source' | 'projector'> & {
    readonly projector: Omit<LaneOptions['projector'], 'onFailure'>
  }
  /** The partitions' ends as the source knows them now. */
  readonly ends: () => Promise<readonly PartitionEnd[]>
  readonly logger: Logger
  readonly backoff?: (attempt: number) => number
}

/** Owns the shards that the group gives to this process. */
export interface ShardOwner extends PartitionOwner {
  states(): ShardState[]
  /** Writes what is pending in every shard, as far as the database lets it. */
  stop(): Promise<void>
}

interface Owned {
  readonly shard: number
  readonly source: LaneOptions['source']
  lane: ShardLane | undefined
  /** Under way while there is no lane: one attempt after the other. */
  opening: Promise<ShardLane | undefined> | undefined
  status: ShardState['status']
  reason: string | undefined
  isRevoked: boolean
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Failures after which opening the shard anew, from what is committed, can help. */
const isWorthRetrying = (error: unknown): boolean => error instanceof FencedError || isTransient(error)

export const createShardOwner = ({
  lane: laneOptions,
  ends,
  logger,
  backoff = backoffMs,
}: ShardOwnerOptions): ShardOwner => {
  const owned = new Map<number, Owned>()

  const stopShard = (entry: Owned, error: unknown): void => {
    entry.status = 'stopped'
    entry.reason = messageOf(error)
    logger.error({ shard: entry.shard, err: error }, 'shard stopped')
  }

  /** Tries until it succeeds, the shard is revoked, or trying again cannot help (then it throws). */
  const openPatiently = async (entry: Owned): Promise<ShardLane | undefined> => {
    for (let attempt = 1; !entry.isRevoked; attempt++) {
      try {
        const lane: ShardLane = await openShardLane({
          ...laneOptions,
          shard: entry.shard,
          source: entry.source,
          projector: {
            ...laneOptions.projector,
            // A flush fails beside the batches: at an idle shard nobody else would come to notice.
            onFailure: (error) => {
              abandonLane(entry, lane, error)
              void openLane(entry).catch(() => {})
            },
          },
        })
        entry.lane = lane
        entry.status = 'running'
        entry.reason = undefined
        return lane
      } catch (error) {
        if (!isWorthRetrying(error)) {
          stopShard(entry, error)
          throw error
        }
        entry.status = 'retrying'
        entry.reason = messageOf(error)
        logger.warn({ shard: entry.shard, attempt, reason: entry.reason }, 'shard cannot be opened yet')
        await delay(backoff(attempt))
      }
    }
    return undefined
  }

  const openLane = (entry: Owned): Promise<ShardLane | undefined> => {
    entry.opening ??= openPatiently(entry).finally(() => (entry.opening = undefined))
    return entry.opening
  }

  /** A lane that failed knows nothing for sure: drop it. What is committed is the truth to go on from. */
  const abandonLane = (entry: Owned, lane: ShardLane | undefined, error: unknown): void => {
    if (lane === undefined || entry.lane !== lane) return
    lane.close()
    entry.lane = undefined
    if (isWorthRetrying(error)) {
      entry.status = 'retrying'
      entry.reason = messageOf(error)
      logger.warn({ shard: entry.shard, reason: entry.reason }, 'shard is opened anew from what is committed')
    } else {
      stopShard(entry, error)
    }
  }

  /** Waits for a promise and keeps telling the group that we live. */
  const whileAlive = async <Value>(promise: Promise<Value>, alive: () => Promise<void>): Promise<Value> => {
    const heartbeat = setInterval(() => void alive().catch(() => {}), 2_000)
    try {
      return await promise
    } finally {
      clearInterval(heartbeat)
    }
  }

  const startOffsetOf = async (partition: number): Promise<number> =>
    (await ends()).find((end) => end.partition === partition)?.startOffset ?? 0

  const release = async (partition: number): Promise<void> => {
    const entry = owned.get(partition)
    if (entry === undefined) return
    entry.isRevoked = true
    owned.delete(partition)
    // The next owner could project the rest from the log; writing it now saves that work.
    await entry.lane
      ?.flush()
      .catch((error: unknown) =>
        logger.debug({ shard: partition, reason: messageOf(error) }, 'last flush failed'),
      )
    entry.lane?.close()
  }

  return {
    async assigned(partition, endOffset) {
      await release(partition)
      const entry: Owned = {
        shard: partition,
        source: { startOffset: await startOffsetOf(partition), endOffset },
        lane: undefined,
        opening: undefined,
        status: 'opening',
        reason: undefined,
        isRevoked: false,
      }
      owned.set(partition, entry)
      const lane = await openLane(entry)
      return lane?.nextOffset() ?? 0
    },

    async take(batch: TopicBatch, alive) {
      const entry = owned.get(batch.partition)
      if (entry === undefined) return batch.firstOffset
      if (entry.status === 'stopped') throw new Error(entry.reason)
      const lane = entry.lane ?? (await whileAlive(openLane(entry), alive))
      if (lane === undefined) return batch.firstOffset
      // What is committed may lie elsewhere than the source believes: it is to go there.
      if (lane.nextOffset() !== batch.firstOffset) return lane.nextOffset()
      try {
        await whileAlive(lane.take(batch), alive)
        return lane.nextOffset()
      } catch (error) {
        abandonLane(entry, lane, error)
        if (!isWorthRetrying(error)) throw error
        const reopened = await whileAlive(openLane(entry), alive)
        return reopened?.nextOffset() ?? batch.firstOffset
      }
    },

    revoked: release,

    states: () =>
      [...owned.values()]
        .map(({ shard, lane, status, reason }) => ({
          shard,
          status,
          reason,
          position: lane?.position() ?? 0,
          flushedPosition: lane?.flushedPosition() ?? 0,
          nextOffset: lane?.nextOffset() ?? 0,
        }))
        .toSorted((a, b) => a.shard - b.shard),

    async stop() {
      await Promise.all([...owned.keys()].map(release))
    },
  }
}
