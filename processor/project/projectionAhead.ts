import type pg from 'pg'
import type { Checkpoint } from '@patterns/read-model/checkpoint.ts'
import type { CheckpointKey } from '@patterns/read-model/projection.ts'
import { readAhead } from '@patterns/read-model/reading/readAhead.ts'
import { readCheckpoint } from '@patterns/read-model/reading/readCheckpoint.ts'
import { FencedError } from '@patterns/read-model/writing/fencedError.ts'

/** The stored rows of a shard account for events that are past its checkpoint, or past its log. */
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
 * event changes its hour in the totals, so these alone are checked.
 * @throws ProjectionAheadError
 */
export const refuseCheckpointSetBack = async (pool: pg.Pool, key: CheckpointKey): Promise<void> => {
  const found = await readAhead(pool, key)
  if (found !== undefined)
    throw new ProjectionAheadError(key.shard, found.accounted, checkpointAt(found.position))
}

/**
 * Refuses a row that was loaded and is newer than the checkpoint that the loader believes in.
 * @throws FencedError if another owner has moved on, else ProjectionAheadError
 */
export const refuseNewerRow = async (
  pool: pg.Pool,
  key: CheckpointKey,
  lastPosition: number,
  believed: Checkpoint['position'],
): Promise<void> => {
  if (lastPosition <= believed) return
  const position = (await readCheckpoint(pool, key))?.position ?? 0
  if (position !== believed)
    throw new FencedError(`Shard ${key.shard} has another owner: its checkpoint is not at ${believed}`)
  throw new ProjectionAheadError(key.shard, lastPosition, checkpointAt(position))
}
