import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { standingsChannel } from '../notification.ts'

/** Notifies readers that standings were refreshed: in a transaction of its own, for the same reasons as `notifyFlushes`. */
export const notifyStandings = async (database: Queryable): Promise<void> => {
  await database.query({
    name: 'notify_standings',
    text: `select set_config('synchronous_commit', 'off', true), pg_notify('${standingsChannel}', '')`,
  })
}
