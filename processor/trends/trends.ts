import type { Logger } from '@patterns/shared/logger.ts'
import type pg from 'pg'
import type { CheckpointKey } from '@patterns/read-model/projection.ts'
import { type Clock, systemClock } from './clock.ts'
import { createThrottle } from './throttle.ts'
import {
  createShardTrends,
  type ShardTrends,
  type ShardTrendsOptions,
  type TrendsState,
} from './shardTrends.ts'

/** The trends of all shards of this process, which share one throttle. */
export interface Trends {
  /** Opens the trends of a shard with windows that are committed up to `position`. */
  open(windows: CheckpointKey, position: number): ShardTrends
  states(): TrendsState[]
  /** Closes what is open and waits until nothing is under way. */
  stop(): Promise<void>
}

export interface TrendsOptions extends Pick<ShardTrendsOptions, 'onWritten' | 'backoff' | 'maxWindows'> {
  readonly pool: pg.Pool
  readonly logger: Logger
  readonly clock?: Clock
}

export const createTrends = ({ clock = systemClock, ...options }: TrendsOptions): Trends => {
  const throttle = createThrottle({ clock })
  const shards = new Set<ShardTrends>()
  const closing = new Set<Promise<void>>()
  return {
    open(windows, position) {
      const opened = createShardTrends({ ...options, clock, throttle, windows, position })
      const shard: ShardTrends = {
        ...opened,
        close() {
          opened.close()
          shards.delete(shard)
          const settled = opened.settled().finally(() => closing.delete(settled))
          closing.add(settled)
        },
      }
      shards.add(shard)
      return shard
    },
    states: () => [...shards].map((shard) => shard.state()).toSorted((a, b) => a.shard - b.shard),
    async stop() {
      for (const shard of [...shards]) shard.close()
      await Promise.all(closing)
    },
  }
}
