import type { EventLog, LogRecord } from '@patterns/event-log/eventLog.ts'

const chooseShards = async (log: EventLog, only: number | undefined): Promise<number[]> =>
  only === undefined ? log.shards() : [only]

/** The pages of all shards or of one, by shard and position. */
export async function* readShards(
  log: EventLog,
  only: number | undefined,
): AsyncGenerator<{ shard: number; page: readonly LogRecord[] }> {
  for (const shard of await chooseShards(log, only)) {
    for await (const page of log.read(shard, 0)) yield { shard, page }
  }
}

/** How many events `readShards` will come to, as the log stands now. */
export const countEvents = async (log: EventLog, only: number | undefined): Promise<number> => {
  const heads = await Promise.all((await chooseShards(log, only)).map((shard) => log.head(shard)))
  return heads.reduce((sum, head) => sum + (head?.position ?? 0), 0)
}
