import { forgetShardStops, readShardStops, recordShardStop } from '@patterns/event-log/postgres/shardStops.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import { repeat, type Repeating } from '@patterns/topic/repeat.ts'
import type pg from 'pg'
import type { ShardState } from '../shard/ownedShard.ts'

export interface StopRecorderOptions {
  readonly pool: pg.Pool
  readonly states: () => readonly ShardState[]
  readonly logger: Logger
  /** Between two looks, in milliseconds. */
  readonly everyMs?: number
}

/**
 * Stores which shards of this process stopped and why, since the api and the commands are other processes; a shard that
 * runs again is forgotten. It compares what is stored with what is so, time and again: what another owner left
 * there is put right, and what could not be written while the database was away is written later.
 */
export const recordStops = ({ pool, states, logger, everyMs = 1_000 }: StopRecorderOptions): Repeating => {
  const look = async (): Promise<void> => {
    if (states().length === 0) return
    const stored = new Map((await readShardStops(pool)).map((stop) => [stop.shard, stop]))
    // Asked for after the read, which may have taken long.
    const now = states()
    for (const { shard, stop } of now) {
      if (stop !== undefined && stored.get(shard)?.message !== stop.message)
        await recordShardStop(pool, shard, stop)
    }
    const going = now.filter(({ shard, status }) => status === 'running' && stored.has(shard))
    if (going.length > 0)
      await forgetShardStops(
        pool,
        going.map(({ shard }) => shard),
      )
  }
  const lookSafely = (): Promise<void> =>
    // The database is away: that it is, those say who need it now.
    look().catch((error: unknown) => logger.debug({ err: error }, 'stopped shards not recorded'))

  const looking = repeat(lookSafely, everyMs)
  return {
    async stop() {
      await looking.stop()
      // What stopped just now is told as well.
      await lookSafely()
    },
  }
}
