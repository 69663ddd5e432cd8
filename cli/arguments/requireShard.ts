import type { EventLog } from '@patterns/event-log/eventLog.ts'
import { RefusedError } from '../exitCode.ts'

/**
 * Makes sure that the log has a shard that was asked for: nothing found in one that does not exist would look
 * like a sound answer.
 * @throws RefusedError that names the shards there are
 */
export const requireShard = async (log: Pick<EventLog, 'shards'>, shard: number): Promise<void> => {
  const shards = await log.shards()
  if (shards.includes(shard)) return
  const known = shards.length === 0 ? 'none yet' : shards.join(', ')
  throw new RefusedError(`There is no shard ${shard}; the log has ${known}`, { exitCode: 2 })
}
