import { type Vector, vectorFromJson } from '@patterns/read-model/vector.ts'
import { checkpointsOf } from '@patterns/read-model/checkpoint.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'

/**
 * Up to which position of each shard every stored line accounts for the windows. Without the shards whose
 * windows were begun again meanwhile.
 */
export const readLineVector = async (database: Queryable): Promise<Vector> => {
  const { rows } = await database.query<{ vector: Record<string, number> }>({
    name: 'read_line_vector',
    text: `
select coalesce(json_object_agg(lines.shard, lines.position), '{}') as vector
from ${checkpointsOf(servedProjections.trends)} as lines
join ${checkpointsOf(servedProjections.windows)} as windows using (shard)
where lines.position <= windows.position`,
  })
  return vectorFromJson(rows[0]!.vector)
}
