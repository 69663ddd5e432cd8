import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import type pg from 'pg'

/** How far a projection has come in a shard, and what it must remember of the events before. */
export interface Checkpoint {
  readonly position: number
  /** Epoch milliseconds; `noWatermark` before the first event. */
  readonly watermark: number
}

/** A projection, one of its versions, and a shard: what a checkpoint belongs to. */
export interface Lane {
  readonly projection: string
  readonly version: number
  readonly shard: number
}

const toTimestamp = (watermark: number): Date | null =>
  watermark === noWatermark ? null : new Date(watermark)

/** The checkpoint of a lane as it stands; `undefined` if there is none. */
export const readCheckpoint = async (pool: pg.Pool, lane: Lane): Promise<Checkpoint | undefined> => {
  const { rows } = await pool.query<{ position: number; watermark: Date | null }>(
    'select position, watermark from projection_checkpoints where projection = $1 and version = $2 and shard = $3',
    [lane.projection, lane.version, lane.shard],
  )
  const [found] = rows
  return found && { position: found.position, watermark: found.watermark?.getTime() ?? noWatermark }
}

/** The checkpoint of a lane, begun at position 0 where there is none. */
export const openCheckpoint = async (pool: pg.Pool, lane: Lane): Promise<Checkpoint> => {
  await pool.query(
    'insert into projection_checkpoints (projection, version, shard) values ($1, $2, $3) on conflict do nothing',
    [lane.projection, lane.version, lane.shard],
  )
  return (await readCheckpoint(pool, lane))!
}

/**
 * Moves a checkpoint from where the caller believes it to be. `false` where somebody else has moved it:
 * the caller's states are stale and its transaction must not commit.
 */
export const moveCheckpoint = async (
  client: pg.ClientBase,
  lane: Lane,
  from: number,
  to: Checkpoint,
): Promise<boolean> => {
  const { rowCount } = await client.query({
    name: 'move_checkpoint',
    text: `update projection_checkpoints
           set position = $5, watermark = $6, updated_at = now()
           where projection = $1 and version = $2 and shard = $3 and position = $4`,
    values: [lane.projection, lane.version, lane.shard, from, to.position, toTimestamp(to.watermark)],
  })
  return rowCount === 1
}
