import type { Projection } from './projection.ts'

/** How far a projection has come in a shard, and what it must remember of the events before. */
export interface Checkpoint {
  /** The last position of the shard's log that its rows account for; 0 before the first. */
  readonly position: number
  /** Epoch milliseconds; `noWatermark` before the first event. */
  readonly watermark: number
}

/**
 * The checkpoints of a projection, one for each shard, as a table in SQL: `from ${checkpointsOf(projection)} as c`.
 * A statement that reads rows and their checkpoint has both of one snapshot.
 */
export const checkpointsOf = ({ projection, version }: Projection): string =>
  `(select shard, position, watermark, updated_at from projection_checkpoints
    where projection = '${projection}' and version = ${version})`
