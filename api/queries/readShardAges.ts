import { checkpointsOf } from '@patterns/read-model/checkpoint.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'

/** How far the numbers of a shard are behind its log. Times are the database's own. */
export interface ShardAge {
  readonly shard: number
  /** The position up to which its events are in the numbers. */
  readonly position: number
  readonly logPosition: number
  /** When the log last took messages; null before the first. */
  readonly appendedAt: Date | null
  /** When its numbers last moved; null before the first time. */
  readonly projectedAt: Date | null
  /** How long the oldest event that is not in the numbers has been in the log, in seconds; 0 if all are. */
  readonly behindSeconds: number
}

/** Reads it for every shard, in order. */
export const readShardAges = async (database: Queryable): Promise<ShardAge[]> => {
  const { rows } = await database.query<ShardAge & Record<string, unknown>>({
    name: 'read_shard_ages',
    text: `
      select heads.shard, coalesce(checkpoints.position, 0) as position, heads.position as "logPosition",
        heads.appended_at as "appendedAt", checkpoints.updated_at as "projectedAt",
        coalesce(greatest(0, extract(epoch from now() - oldest.appended_at)), 0)::float8 as "behindSeconds"
      from event_log_shards as heads
      left join ${checkpointsOf(servedProjections.windows)} as checkpoints using (shard)
      left join lateral (
        select appended_at from event_log_segments as segments
        where segments.shard = heads.shard and first_position <= coalesce(checkpoints.position, 0) + 1
        order by first_position desc limit 1
      ) as oldest on heads.position > coalesce(checkpoints.position, 0)
      order by heads.shard`,
  })
  return rows
}
