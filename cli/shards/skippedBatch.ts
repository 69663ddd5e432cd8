import type { RejectionReason } from '@patterns/shared/contract/rejection.ts'
import type pg from 'pg'

/** A batch that a shard stopped at, by the log's own offsets. */
export interface SkippedBatch {
  readonly shard: number
  readonly firstSourceOffset: number
  readonly nextSourceOffset: number
  readonly problem: string
  readonly byteCount: number
}

/** The batch that is what the shard's log expects next, and cannot be read; `undefined` if there is none. */
export const readUnreadable = async (pool: pg.Pool, shard: number): Promise<SkippedBatch | undefined> => {
  const { rows } = await pool.query<SkippedBatch>(
    `select shard, stop.first_source_offset as "firstSourceOffset", stop.next_source_offset as "nextSourceOffset", problem,
       octet_length(batch) as "byteCount"
     from shard_stops as stop join event_log_shards as head using (shard)
     where shard = $1 and stop.first_source_offset = head.next_source_offset`,
    [shard],
  )
  return rows[0]
}

const reason: RejectionReason = 'unreadable_batch'

/**
 * Goes on behind it: the head moves from its first offset to behind its last, each of them becomes a dead letter, and the
 * first of these keeps the batch. All at once, or nothing if the shard has moved or stopped for something else meanwhile.
 * Answers whether it did.
 */
export const skipBatch = async (
  pool: pg.Pool,
  { shard, firstSourceOffset, nextSourceOffset, problem }: SkippedBatch,
): Promise<boolean> => {
  const faults = [
    { path: '', message: `the batch of offsets ${firstSourceOffset} to ${nextSourceOffset - 1}: ${problem}` },
    { path: '', message: `the value of ${shard}:${firstSourceOffset} is the batch as it was fetched` },
  ]
  const { rowCount } = await pool.query(
    `with stop as (
       select * from shard_stops
       where shard = $1 and first_source_offset = $2 and next_source_offset = $3 and problem = $4
     ), skipped as (
       update event_log_shards as head
       set next_source_offset = $3, dead_lettered = dead_lettered + $3::int8 - $2::int8, appended_at = greatest(appended_at, now()),
         leader_epoch = null
       from stop where head.shard = stop.shard and head.next_source_offset = $2 returning head.shard
     ), letters as (
       insert into dead_letters (shard, source_offset, reason, faults, value, recorded_at)
       select shard, source_offset, $5, $6, case when source_offset = $2 then batch end, recorded_at
       from skipped join stop using (shard), generate_series($2::int8, $3::int8 - 1) as source_offset
     ), cleared as (delete from shard_stops using skipped where shard_stops.shard = skipped.shard)
     select shard from skipped`,
    [shard, firstSourceOffset, nextSourceOffset, problem, reason, JSON.stringify(faults)],
  )
  return rowCount === 1
}
