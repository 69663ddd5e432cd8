import { granularities } from '@patterns/projections/window.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'
import { upsertCatalogue } from './catalogueTable.ts'
import type { Checkpoint } from '@patterns/read-model/checkpoint.ts'
import type { Lane } from '@patterns/read-model/projection.ts'
import { moveCheckpoint } from '@patterns/read-model/writing/moveCheckpoint.ts'
import type { ChangedStates } from './windowStates.ts'
import { upsertWindows } from './windowTables.ts'

/** Somebody else moved the checkpoint, so the states in memory are not the shard's any more. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}

/**
 * The checkpoint and the states that account for it, in one transaction: an event has exactly one effect,
 * whatever crashes in between.
 * @throws FencedError if the checkpoint is not at `from`
 */
export const writeFlush = (
  pool: pg.Pool,
  lane: Lane,
  from: number,
  to: Checkpoint,
  changed: ChangedStates,
): Promise<void> =>
  transaction(pool, async (client) => {
    // Sent together: whether the checkpoint moved is known before anything is committed.
    const statements = [
      moveCheckpoint(client, lane, from, to),
      ...granularities.flatMap((granularity) => {
        const { patterns, totals } = changed.windows[granularity]
        return [patterns, totals].map((rows) =>
          upsertWindows(client, lane.version, lane.shard, granularity, rows),
        )
      }),
      upsertCatalogue(client, lane.version, lane.shard, changed),
    ] as const
    // The first to fail says why; those after it only say that the transaction is aborted.
    const failed = (await Promise.allSettled(statements)).find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    const isMoved = await statements[0]
    if (!isMoved)
      throw new FencedError(`Shard ${lane.shard} has another owner: its checkpoint is not at ${from}`)
  })
