import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { checkpointsOf } from '../checkpoint.ts'
import type { CheckpointKey } from '../projection.ts'
import { tablesOf } from '../tables.ts'

/** Rows that account for more than their checkpoint. */
export interface Ahead {
  /** Where the checkpoint stands. */
  readonly position: number
  /** The last position that the rows account for. */
  readonly accounted: number
}

/**
 * Whether the totals of a shard account for more than the checkpoint of its windows; `undefined` if they do not, or if
 * there is no checkpoint. Both are of one snapshot.
 */
export const readAhead = async (database: Queryable, windows: CheckpointKey): Promise<Ahead | undefined> => {
  const { rows } = await database.query<{ position: number; accounted: number | null }>({
    text: `select position,
       (select max(last_position) from ${tablesOf(windows.version).totals.hour} as totals
        where totals.shard = $1 and last_position > checkpoint.position) as accounted
     from ${checkpointsOf(windows)} as checkpoint where shard = $1`,
    values: [windows.shard],
  })
  const [found] = rows
  if (found === undefined || found.accounted === null) return undefined
  return { position: found.position, accounted: found.accounted }
}
