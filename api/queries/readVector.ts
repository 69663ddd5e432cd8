import { type Vector, vectorFromJson } from '../values/vector.ts'
import { vectorExpression } from './liveProjection.ts'
import type { Queryable } from './queryable.ts'

/** How far the projection has come. */
export const readVector = async (database: Queryable): Promise<Vector> => {
  const { rows } = await database.query<{ vector: Record<string, number> }>({
    name: 'read_vector',
    text: `select ${vectorExpression} as vector`,
  })
  return vectorFromJson(rows[0]!.vector)
}
