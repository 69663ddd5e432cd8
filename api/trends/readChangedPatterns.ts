import type { Vector } from '@patterns/read-model/vector.ts'
import { checkpointsOf } from '@patterns/read-model/checkpoint.ts'
import { servedProjections, servedTables } from '@patterns/read-model/served.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { LineQuestion } from './lineQuestion.ts'

/**
 * The patterns whose line may be another since a vector: an event after it fell into one of the windows, or
 * into one before them, which may move a pattern's first event. Live events fall into open windows, so this
 * is mostly none, and found from the totals alone.
 */
export const readChangedPatterns = async (
  database: Queryable,
  { granularity, range }: LineQuestion,
  since: Vector,
): Promise<readonly string[]> => {
  const { rows } = await database.query<{ pattern_id: string }>({
    name: `read_changed_patterns_${granularity}`,
    text: `
with known as (
  select checkpoint.shard, coalesce(given.position, 0) as position
  from ${checkpointsOf(servedProjections.windows)} as checkpoint
  left join unnest($1::int[], $2::int8[]) as given (shard, position) using (shard)
), changed as materialized (
  select distinct shard, window_start, known.position
  from known join ${servedTables.totals[granularity]} total using (shard)
  where last_position > known.position and window_start < $3
)
select distinct pattern_id
from changed join ${servedTables.windows[granularity]} w using (shard, window_start)
where w.last_position > changed.position`,
    values: [[...since.keys()], [...since.values()], new Date(range.to)],
  })
  return rows.map((row) => row.pattern_id)
}
