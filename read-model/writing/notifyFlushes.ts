import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { flushChannel, flushPayloads } from '../notification.ts'
import type { Vector } from '../vector.ts'

/**
 * Notifies readers how far windows are committed. A notification locks the whole server until its transaction ends, so it
 * has a transaction of its own that does not wait for the disk. If one gets lost, readers find the positions by polling.
 */
export const notifyFlushes = async (database: Queryable, positions: Vector): Promise<void> => {
  await database.query({
    name: 'notify_flushes',
    text: `select set_config('synchronous_commit', 'off', true), pg_notify('${flushChannel}', payload)
from unnest($1::text[]) as payload`,
    values: [flushPayloads(positions)],
  })
}
