import type { EventLog, LogRecord } from '@patterns/event-log/eventLog.ts'

/**
 * The log lacks an event that was there: a database that went back, as after a failover to a standby that was behind. What
 * is in memory is of a history that never was.
 */
export class LostTailError extends Error {
  override readonly name = 'LostTailError'
}

/**
 * Reads single events of a shard, keeping the page that held the last one: a producer that sends a
 * batch again asks for neighbours.
 */
export const createEventReader = (log: Pick<EventLog, 'read'>, shard: number) => {
  let page: readonly LogRecord[] = []
  return async (position: number): Promise<LogRecord> => {
    const cached = page[position - (page[0]?.position ?? Infinity)]
    if (cached !== undefined) return cached
    for await (const read of log.read(shard, position - 1)) {
      page = read
      return read[0]!
    }
    throw new LostTailError(`Shard ${shard} has no event at position ${position}, though its index says so`)
  }
}
