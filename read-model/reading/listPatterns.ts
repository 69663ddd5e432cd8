import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { checkpointsOf } from '../checkpoint.ts'
import type { CheckpointKey } from '../projection.ts'
import { tablesOf } from '../tables.ts'

/** The next patterns of a shard in the order of their ids, after one of them. */
export const readPatternPage = async (
  database: Queryable,
  { version, shard }: CheckpointKey,
  after: string | undefined,
  limit: number,
): Promise<string[]> => {
  const { rows } = await database.query<{ pattern_id: string }>({
    name: `read_pattern_page_v${version}`,
    text: `select pattern_id from ${tablesOf(version).catalogue}
           where shard = $1 and ($2::uuid is null or pattern_id > $2) order by pattern_id limit $3`,
    values: [shard, after ?? null, limit],
  })
  return rows.map((row) => row.pattern_id)
}

/** The patterns that a shard's events after a position touched, and the position of the windows. */
export const readPatternsAfter = async (
  database: Queryable,
  key: CheckpointKey,
  position: number,
): Promise<{ readonly position: number; readonly patternIds: readonly string[] }> => {
  const { rows } = await database.query<{ position: number; pattern_ids: string[] }>({
    text: `select position,
       array(select pattern_id from ${tablesOf(key.version).catalogue}
             where shard = checkpoints.shard and last_position > $2) as pattern_ids
     from ${checkpointsOf(key)} as checkpoints where shard = $1`,
    values: [key.shard, position],
  })
  return { position: rows[0]!.position, patternIds: rows[0]!.pattern_ids }
}
