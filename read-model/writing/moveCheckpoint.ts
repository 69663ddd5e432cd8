import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { Checkpoint } from '../checkpoint.ts'
import type { CheckpointKey } from '../projection.ts'
import { readCheckpoint } from '../reading/readCheckpoint.ts'

const toTimestamp = (watermark: number): Date | null =>
  watermark === noWatermark ? null : new Date(watermark)

/** The checkpoint of a key, begun at position 0 if there is none. */
export const openCheckpoint = async (database: Queryable, key: CheckpointKey): Promise<Checkpoint> => {
  await database.query({
    text: 'insert into projection_checkpoints (projection, version, shard) values ($1, $2, $3) on conflict do nothing',
    values: [key.projection, key.version, key.shard],
  })
  return (await readCheckpoint(database, key))!
}

/**
 * Moves a checkpoint from where the caller believes it to be: part of the transaction that writes the rows which account
 * for it. `false` if another owner has moved it: the caller's states are stale, and its transaction must not commit.
 */
export const moveCheckpoint = async (
  client: Queryable,
  key: CheckpointKey,
  from: number,
  to: Checkpoint,
): Promise<boolean> => {
  const { rowCount } = await client.query({
    name: 'move_checkpoint',
    text: `update projection_checkpoints
           set position = $5, watermark = $6, updated_at = now()
           where projection = $1 and version = $2 and shard = $3 and position = $4`,
    values: [key.projection, key.version, key.shard, from, to.position, toTimestamp(to.watermark)],
  })
  return rowCount === 1
}

/** Begins a checkpoint again at position 0: part of the transaction that deletes the rows which it accounts for. */
export const resetCheckpoint = async (client: Queryable, key: CheckpointKey): Promise<void> => {
  await client.query({
    text: `update projection_checkpoints set position = 0, watermark = null
           where projection = $1 and version = $2 and shard = $3`,
    values: [key.projection, key.version, key.shard],
  })
}
