import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { checkpointsOf } from '../checkpoint.ts'
import type { Projection } from '../projection.ts'
import { type Vector, vectorFromJson } from '../vector.ts'

/**
 * A projection's vector as an SQL expression: part of each statement that reads its rows, so both are of one snapshot.
 * Its value is for `vectorFromJson`.
 */
export const vectorExpression = (projection: Projection): string =>
  `(select coalesce(json_object_agg(shard, position), '{}') from ${checkpointsOf(projection)} as checkpoints)`

/** How far a projection has come in each shard. */
export const readVector = async (database: Queryable, projection: Projection): Promise<Vector> => {
  const { rows } = await database.query<{ vector: Record<string, number> }>({
    name: `read_vector_${projection.projection}_v${projection.version}`,
    text: `select ${vectorExpression(projection)} as vector`,
  })
  return vectorFromJson(rows[0]!.vector)
}
