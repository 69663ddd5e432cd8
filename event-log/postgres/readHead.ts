import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import type pg from 'pg'
import type { ShardHead } from '../eventLog.ts'

const columns = `position, first_source_offset as "firstSourceOffset", next_source_offset as "nextSourceOffset",
  source_base as "sourceBase", source_base_since as "sourceBaseSince", leader_epoch as "leaderEpoch", topic_id as "topicId", watermark,
  duplicates, dead_lettered as "deadLettered", not_records as "notRecords", splits, key_mismatches as "keyMismatches"`

/** The head of a shard, `undefined` if it was never opened. */
export const readHead = async (pool: pg.Pool, shard: number): Promise<ShardHead | undefined> => {
  const { rows } = await pool.query<Omit<ShardHead, 'watermark'> & { watermark: Date | null }>(
    `select ${columns} from event_log_shards where shard = $1`,
    [shard],
  )
  const [head] = rows
  if (head === undefined) return undefined
  const unknown = head.position === 0 ? noWatermark : null
  return { ...head, watermark: head.watermark?.getTime() ?? unknown }
}

/** Opens a shard at a source offset, or answers the head that it has. */
export const openShard = async (
  pool: pg.Pool,
  shard: number,
  firstSourceOffset: number,
): Promise<ShardHead> => {
  await pool.query(
    `insert into event_log_shards (shard, first_source_offset, next_source_offset) values ($1, $2, $2)
     on conflict do nothing`,
    [shard, firstSourceOffset],
  )
  return (await readHead(pool, shard))!
}

/** Notes which topic the source offsets of a shard are of, if its head is still this one. */
export const nameTopic = async (
  pool: pg.Pool,
  shard: number,
  topicId: string,
  head: ShardHead,
): Promise<void> => {
  await pool.query(
    `update event_log_shards set topic_id = $2
     where shard = $1 and next_source_offset = $3 and topic_id is not distinct from $4`,
    [shard, topicId, head.nextSourceOffset, head.topicId],
  )
}

/** The shards that were ever opened, in order. */
export const listShards = async (pool: pg.Pool): Promise<number[]> => {
  const { rows } = await pool.query<{ shard: number }>('select shard from event_log_shards order by shard')
  return rows.map((row) => row.shard)
}
