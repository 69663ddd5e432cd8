import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { flushChannel, flushPayloads } from '../notification.ts'
import type { Vector } from '../vector.ts'

/**
 * Tells readers how far windows are committed. A notification takes a lock over the whole server until its transaction ends,
 * and so has one of its own: it must not wait for the disk. One that gets lost is made up for by the readers' poll.
 */
export const notifyFlushes = async (database: Queryable, positions: Vector): Promise<void> => {
  await database.query({
    name: 'notify_flushes',
    text: `select set_config('synchronous_commit', 'off', true), pg_notify('${flushChannel}', payload)
from unnest($1::text[]) as payload`,
    values: [flushPayloads(positions)],
  })
}
