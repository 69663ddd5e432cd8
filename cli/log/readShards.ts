import type { EventLog, LogRecord, PositionRange, TimeSpan } from '@patterns/event-log/eventLog.ts'
import { requireShard } from '../arguments/requireShard.ts'

/** What of a shard's log is to be read. */
export interface ShardRanges {
  readonly shard: number
  readonly ranges: readonly PositionRange[]
}

/** All shards, or the one that was asked for. @throws RefusedError if the log does not have it */
export const chooseShards = async (log: EventLog, only: number | undefined): Promise<number[]> => {
  if (only === undefined) return log.shards()
  await requireShard(log, only)
  return [only]
}

/** How many events all shards hold, or one, as the log stands now. */
export const countEvents = async (log: EventLog, only: number | undefined): Promise<number> => {
  const heads = await Promise.all((await chooseShards(log, only)).map((shard) => log.head(shard)))
  return heads.reduce((sum, head) => sum + (head?.position ?? 0), 0)
}

/** How far the log of each shard has come. */
export const readPositions = async (log: EventLog): Promise<Map<number, number>> => {
  const shards = await log.shards()
  const heads = await Promise.all(shards.map((shard) => log.head(shard)))
  return new Map(shards.map((shard, i) => [shard, heads[i]?.position ?? 0]))
}

/** Where all shards, or one, may hold events that occurred in a span. */
export const findRanges = async (
  log: EventLog,
  only: number | undefined,
  span: TimeSpan,
): Promise<ShardRanges[]> => {
  const shards = await chooseShards(log, only)
  return Promise.all(shards.map(async (shard) => ({ shard, ranges: await log.rangesOf(shard, span) })))
}

/** The events of these ranges in pages, by shard and position. */
export async function* readShards(
  log: EventLog,
  shards: readonly ShardRanges[],
): AsyncGenerator<{ shard: number; page: readonly LogRecord[] }> {
  for (const { shard, ranges } of shards) {
    for await (const page of log.readRanges(shard, ranges)) yield { shard, page }
  }
}

/** How many events `readShards` will come to. */
export const countRanges = (shards: readonly ShardRanges[]): number =>
  shards.reduce(
    (sum, { ranges }) => ranges.reduce((inShard, { first, last }) => inShard + last - first + 1, sum),
    0,
  )
