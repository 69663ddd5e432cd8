import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { Checkpoint } from '../checkpoint.ts'
import type { Lane } from '../projection.ts'

/** The checkpoint of a lane as it stands; `undefined` if there is none. */
export const readCheckpoint = async (database: Queryable, lane: Lane): Promise<Checkpoint | undefined> => {
  const { rows } = await database.query<{ position: number; watermark: Date | null }>({
    text: 'select position, watermark from projection_checkpoints where projection = $1 and version = $2 and shard = $3',
    values: [lane.projection, lane.version, lane.shard],
  })
  const [found] = rows
  return found && { position: found.position, watermark: found.watermark?.getTime() ?? noWatermark }
}
