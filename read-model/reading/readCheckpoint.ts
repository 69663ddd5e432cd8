import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { Checkpoint } from '../checkpoint.ts'
import type { CheckpointKey } from '../projection.ts'

/** The checkpoint of a key as it is stored; `undefined` if there is none. */
export const readCheckpoint = async (
  database: Queryable,
  key: CheckpointKey,
): Promise<Checkpoint | undefined> => {
  const { rows } = await database.query<{ position: number; watermark: Date | null }>({
    text: 'select position, watermark from projection_checkpoints where projection = $1 and version = $2 and shard = $3',
    values: [key.projection, key.version, key.shard],
  })
  const [found] = rows
  return found && { position: found.position, watermark: found.watermark?.getTime() ?? noWatermark }
}
