import type pg from 'pg'
import type { Checkpoint } from '@patterns/read-model/checkpoint.ts'
import type { Lane } from '@patterns/read-model/projection.ts'
import { readCheckpoint } from '@patterns/read-model/reading/readCheckpoint.ts'
import { FencedError } from './writeFlush.ts'

/** What is stored of a shard's projection accounts for events that its checkpoint, or its log, knows nothing of. */
export class ProjectionAheadError extends Error {
  override readonly name = 'ProjectionAheadError'

  constructor(shard: number, accounted: number, known: string) {
    super(
      `The windows of shard ${shard} account for events up to position ${accounted}, but ${known}: part of the database ` +
        `was set back. Run "npm run cli -- projections rebuild --shard ${shard}" to count it from its log.`,
    )
  }
}

const checkpointAt = (position: number): string => `their checkpoint stands at ${position}`

/**
 * Refuses a checkpoint that was set back beside the rows that it accounted for: events would be counted twice. Every
 * event changes its hour in the totals, so these alone tell; both are of one snapshot.
 * @throws ProjectionAheadError
 */
export const refuseCheckpointSetBack = async (
  pool: pg.Pool,
  { projection, version, shard }: Lane,
): Promise<void> => {
  const { rows } = await pool.query<{ position: number; newest: number | null }>(
    `select position,
       (select max(last_position) from total_windows_v${version}_hour as totals
        where totals.shard = $3 and last_position > checkpoint.position) as newest
     from projection_checkpoints as checkpoint where projection = $1 and version = $2 and shard = $3`,
    [projection, version, shard],
  )
  const [found] = rows
  if (found !== undefined && found.newest !== null)
    throw new ProjectionAheadError(shard, found.newest, checkpointAt(found.position))
}

/**
 * Refuses a row that was loaded and is newer than the checkpoint that the loader believes in.
 * @throws FencedError if another owner has moved on, else ProjectionAheadError
 */
export const refuseNewerRow = async (
  pool: pg.Pool,
  lane: Lane,
  lastPosition: number,
  believed: Checkpoint['position'],
): Promise<void> => {
  if (lastPosition <= believed) return
  const position = (await readCheckpoint(pool, lane))?.position ?? 0
  if (position !== believed)
    throw new FencedError(`Shard ${lane.shard} has another owner: its checkpoint is not at ${believed}`)
  throw new ProjectionAheadError(lane.shard, lastPosition, checkpointAt(position))
}
