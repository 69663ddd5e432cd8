import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import { type Granularity, granularities } from '@patterns/projections/window.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'
import { upsertCatalogue } from './upsertCatalogue.ts'
import type { Checkpoint } from '../checkpoint.ts'
import type { CheckpointKey } from '../projection.ts'
import { moveCheckpoint } from './moveCheckpoint.ts'
import { upsertWindows } from './upsertWindows.ts'
import { FencedError } from './fencedError.ts'
import type { WindowRow } from '../windowRow.ts'

/** What a flush has to write: the whole states that changed. */
export interface ChangedStates {
  readonly windows: Readonly<
    Record<Granularity, { readonly patterns: WindowRow[]; readonly totals: WindowRow[] }>
  >
  readonly entries: [string, CatalogueEntry][]
  /** The patterns that were registered: of these more is reported than their names. */
  readonly registered: ReadonlySet<string>
}

/**
 * The checkpoint and the states that account for it, in one transaction: an event has exactly one effect,
 * whatever crashes in between.
 * @throws FencedError if the checkpoint is not at `from`
 */
export const writeFlush = (
  pool: pg.Pool,
  key: CheckpointKey,
  from: number,
  to: Checkpoint,
  changed: ChangedStates,
): Promise<void> =>
  transaction(pool, async (client) => {
    // Sent together: whether the checkpoint moved is known before anything is committed.
    const statements = [
      moveCheckpoint(client, key, from, to),
      ...granularities.flatMap((granularity) => {
        const { patterns, totals } = changed.windows[granularity]
        return [patterns, totals].map((rows) =>
          upsertWindows(client, key.version, key.shard, granularity, rows),
        )
      }),
      upsertCatalogue(client, key.version, key.shard, changed),
    ] as const
    // The first to fail says why; those after it only say that the transaction is aborted.
    const failed = (await Promise.allSettled(statements)).find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    const isMoved = await statements[0]
    if (!isMoved)
      throw new FencedError(`Shard ${key.shard} has another owner: its checkpoint is not at ${from}`)
  })
