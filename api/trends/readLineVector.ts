import { type Vector, vectorFromJson } from '../values/vector.ts'
import { liveProjection } from '../queries/liveProjection.ts'
import type { Queryable } from '../queries/queryable.ts'

/** The lines of the live windows, as the processor keeps them. */
export const lineProjection = { name: 'pattern_trends', version: 1, table: 'pattern_trends_v1' } as const

/**
 * Up to which position of each shard every stored line accounts for the windows. Without the shards whose
 * windows were begun again meanwhile.
 */
export const readLineVector = async (database: Queryable): Promise<Vector> => {
  const { rows } = await database.query<{ vector: Record<string, number> }>({
    name: 'read_line_vector',
    text: `
select coalesce(json_object_agg(lines.shard, lines.position), '{}') as vector
from projection_checkpoints lines
join projection_checkpoints windows using (shard)
where lines.projection = $1 and lines.version = $2 and windows.projection = $3 and windows.version = $4
  and lines.position <= windows.position`,
    values: [lineProjection.name, lineProjection.version, liveProjection.name, liveProjection.version],
  })
  return vectorFromJson(rows[0]!.vector)
}
