import { readShardStops } from '@patterns/event-log/postgres/shardStops.ts'
import type { StopReason } from '@patterns/event-log/shardStop.ts'
import type pg from 'pg'
import { RefusedError } from '../exitCode.ts'

/**
 * Makes sure that a command that finds nothing to repair does not say that all is well.
 * @throws RefusedError if the shard stopped for something that another command repairs
 */
export const refuseOtherStop = async (pool: pg.Pool, shard: number, ours: StopReason): Promise<void> => {
  const stop = (await readShardStops(pool)).find((one) => one.shard === shard)
  if (stop !== undefined && stop.reason !== ours)
    throw new RefusedError(`Shard ${shard} stopped for something else: ${stop.message}`)
}
