import { checkpointsOf } from '@patterns/read-model/checkpoint.ts'
import type { Projection } from '@patterns/read-model/projection.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { type Vector, vectorFromJson, vectorText } from '@patterns/read-model/vector.ts'

/** How far a projection that is derived from the windows has come. */
export interface ProjectionProgress {
  readonly vector: Vector
  /** The end of the last hour that is closed in its rows, epoch milliseconds; undefined before the first. */
  readonly closedUntil: number | undefined
  /** Both as text, for comparing. */
  readonly text: string
}

export const progressOf = (vector: Vector, closedUntil: number | undefined): ProjectionProgress => ({
  vector,
  closedUntil,
  text: closedUntil === undefined ? '' : `${vectorText(vector)}@${closedUntil}`,
})

/** Before anything was projected. */
export const noProgress: ProjectionProgress = progressOf(new Map(), undefined)

/** Progress as Postgres' JSON has it: of each shard its position, and the end of its last closed hour. */
export type ProgressJson = readonly (readonly [shard: number, position: number, closedUntil: number | null])[]

/** Progress as an SQL expression; its value is for `progressFromJson`. */
export const progressExpression = (projection: Projection): string =>
  `(select json_agg(json_build_array(shard, position, extract(epoch from watermark)::float8 * 1000) order by shard)
    from ${checkpointsOf(projection)} as checkpoints)`

/** How far a projection is, as of the snapshot that the database reads in. */
export const readProgress = async (
  database: Queryable,
  projection: Projection,
): Promise<ProjectionProgress> => {
  const { rows } = await database.query<{ progress: ProgressJson | null }>({
    name: `read_progress_${projection.projection}_v${projection.version}`,
    text: `select ${progressExpression(projection)} as progress`,
  })
  return progressFromJson(rows[0]!.progress)
}

/** Shards may be an hour apart while they close one; all are of the earlier hour then. */
export const progressFromJson = (shards: ProgressJson | null): ProjectionProgress => {
  if (shards === null || shards.some(([, , closedUntil]) => closedUntil === null)) return noProgress
  return progressOf(
    vectorFromJson(Object.fromEntries(shards.map(([shard, position]) => [shard, position]))),
    Math.min(...shards.map(([, , closedUntil]) => closedUntil!)),
  )
}
