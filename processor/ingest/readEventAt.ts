import type { EventLog, LogRecord } from '@patterns/event-log/eventLog.ts'

/**
 * Reads single events of a shard, keeping the page that held the last one: a producer that sends a
 * batch again asks for neighbours.
 */
export const createEventReader = (log: EventLog, shard: number) => {
  let page: readonly LogRecord[] = []
  return async (position: number): Promise<LogRecord> => {
    const kept = page[position - (page[0]?.position ?? Infinity)]
    if (kept !== undefined) return kept
    for await (const read of log.read(shard, position - 1)) {
      page = read
      return read[0]!
    }
    throw new Error(`Shard ${shard} has no event at position ${position}, though its index says so`)
  }
}
