import type { Logger } from '@patterns/shared/logger.ts'
import { repeat, type Repeating } from '@patterns/topic/repeat.ts'
import type pg from 'pg'
import type { Projection } from '@patterns/read-model/projection.ts'
import { readVector } from '@patterns/read-model/reading/readVector.ts'
import type { ShardOwner } from './shardOwner.ts'

export interface CheckpointWatchOptions {
  readonly pool: pg.Pool
  readonly owner: Pick<ShardOwner, 'compareCheckpoints'>
  readonly projection: Projection
  readonly logger: Logger
  /** Between two looks, in milliseconds. */
  readonly everyMs?: number
}

/** Looks whether the checkpoints are where this process left them: one read of a few rows. */
export const watchCheckpoints = ({
  pool,
  owner,
  projection,
  logger,
  everyMs = 2_000,
}: CheckpointWatchOptions): Repeating => {
  return repeat(
    () =>
      owner
        .compareCheckpoints(() => readVector(pool, projection))
        // The database is away: whatever needs it now reports that.
        .catch((error: unknown) => logger.debug({ err: error }, 'checkpoints could not be compared')),
    everyMs,
  )
}
