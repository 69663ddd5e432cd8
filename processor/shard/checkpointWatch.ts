import type { Logger } from '@patterns/shared/logger.ts'
import { repeat, type Repeating } from '@patterns/topic/repeat.ts'
import type pg from 'pg'
import type { Lane } from '../project/checkpoint.ts'
import type { ShardOwner } from './shardOwner.ts'

export interface CheckpointWatchOptions {
  readonly pool: pg.Pool
  readonly owner: Pick<ShardOwner, 'compareCheckpoints'>
  readonly projection: Omit<Lane, 'shard'>
  readonly logger: Logger
  /** Between two looks, in milliseconds. */
  readonly everyMs?: number
}

/** Looks whether the checkpoints are where this process left them: one read of a few rows. */
export const watchCheckpoints = ({
  pool,
  owner,
  projection: { projection, version },
  logger,
  everyMs = 2_000,
}: CheckpointWatchOptions): Repeating => {
  const read = async (): Promise<ReadonlyMap<number, number>> => {
    const { rows } = await pool.query<{ shard: number; position: number }>({
      name: 'read_checkpoints',
      text: 'select shard, position from projection_checkpoints where projection = $1 and version = $2',
      values: [projection, version],
    })
    return new Map(rows.map(({ shard, position }) => [shard, position]))
  }
  return repeat(
    () =>
      owner
        .compareCheckpoints(read)
        // The database is away: that it is, those say who need it now.
        .catch((error: unknown) => logger.debug({ err: error }, 'checkpoints not looked at')),
    everyMs,
  )
}
