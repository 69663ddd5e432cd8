import type pg from 'pg'
import type { ShardStop, StopCause } from '../shardStop.ts'
import { storableTime } from '../storableTime.ts'
import type { Reader } from './reader.ts'

/** The shards that stopped, in order. */
export const readShardStops = async (database: Reader): Promise<ShardStop[]> => {
  const { rows } = await database.query<ShardStop & Record<string, unknown>>({
    name: 'read_shard_stops',
    text: 'select shard, reason, message, command, stopped_at as "stoppedAt" from shard_stops order by shard',
  })
  return rows
}

/** Notes that a shard stopped, in place of what it stopped for before. */
export const recordShardStop = async (
  pool: pg.Pool,
  shard: number,
  { reason, message, command, batch }: StopCause,
): Promise<void> => {
  await pool.query(
    `with base as (select coalesce(max(source_base), 0) as base from event_log_shards where shard = $1)
     insert into shard_stops
       (shard, reason, message, command, problem, first_source_offset, next_source_offset, batch, recorded_at)
     select $1, $2, $3, $4, $5, $6::int8 + base, $7::int8 + base, $8, $9 from base
     on conflict (shard) do update set reason = excluded.reason, message = excluded.message,
       command = excluded.command, stopped_at = excluded.stopped_at, problem = excluded.problem,
       first_source_offset = excluded.first_source_offset, next_source_offset = excluded.next_source_offset,
       batch = excluded.batch, recorded_at = excluded.recorded_at`,
    [
      shard,
      reason,
      message,
      command,
      batch?.problem,
      batch?.firstOffset,
      batch?.nextOffset,
      batch?.bytes,
      batch && new Date(storableTime(batch.timestamp)),
    ],
  )
}

/** Forgets that shards had stopped. */
export const forgetShardStops = async (pool: pg.Pool, shards: readonly number[]): Promise<void> => {
  await pool.query('delete from shard_stops where shard = any($1)', [shards])
}
