import { checkpointsOf } from '@patterns/read-model/checkpoint.ts'
import type { Projection } from '@patterns/read-model/projection.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { type Vector, vectorFromJson, vectorText } from '@patterns/read-model/vector.ts'

/** How far a projection that is derived from the windows has come. */
export interface ProjectionHead {
  readonly vector: Vector
  /** The end of the last hour that is closed in its rows, epoch milliseconds; undefined before the first. */
  readonly closedUntil: number | undefined
  /** Both as text, for comparing. */
  readonly text: string
}

export const headOf = (vector: Vector, closedUntil: number | undefined): ProjectionHead => ({
  vector,
  closedUntil,
  text: closedUntil === undefined ? '' : `${vectorText(vector)}@${closedUntil}`,
})

/** Before anything was projected. */
export const noHead: ProjectionHead = headOf(new Map(), undefined)

/** A head as Postgres' JSON has it: of each shard its position, and the end of its last closed hour. */
export type JsonHead = readonly (readonly [shard: number, position: number, closedUntil: number | null])[]

/** A head as an SQL expression; its value is for `headFromJson`. */
export const headExpression = (projection: Projection): string =>
  `(select json_agg(json_build_array(shard, position, extract(epoch from watermark)::float8 * 1000) order by shard)
    from ${checkpointsOf(projection)} as checkpoints)`

/** How far a projection is, as of the snapshot that the database reads in. */
export const readHead = async (database: Queryable, projection: Projection): Promise<ProjectionHead> => {
  const { rows } = await database.query<{ head: JsonHead | null }>({
    name: `read_head_${projection.projection}_v${projection.version}`,
    text: `select ${headExpression(projection)} as head`,
  })
  return headFromJson(rows[0]!.head)
}

/** Shards may be an hour apart while they close one; all are of the earlier hour then. */
export const headFromJson = (shards: JsonHead | null): ProjectionHead => {
  if (shards === null || shards.some(([, , closedUntil]) => closedUntil === null)) return noHead
  return headOf(
    vectorFromJson(Object.fromEntries(shards.map(([shard, position]) => [shard, position]))),
    Math.min(...shards.map(([, , closedUntil]) => closedUntil!)),
  )
}
