import type { EventLog } from '@patterns/event-log/eventLog.ts'
import type { ShardStop } from '@patterns/event-log/shardStop.ts'
import { readCheckpoint } from '@patterns/read-model/reading/readCheckpoint.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import type { Delivery } from '@patterns/topic/publisher.ts'
import type pg from 'pg'

/** How far a message has come, in the order of its way. */
export type Visibility = 'not_consumed' | 'appended' | 'dead_lettered' | 'visible'

const isDeadLetter = async (pool: pg.Pool, shard: number, sourceOffset: number): Promise<boolean> => {
  const { rows } = await pool.query('select from dead_letters where shard = $1 and source_offset = $2', [
    shard,
    sourceOffset,
  ])
  return rows.length > 0
}

/**
 * How far a message has come. It is visible once its shard's checkpoint has reached its position, since
 * the windows are committed in the same transaction.
 */
export const readVisibility = async (
  { pool, log }: { readonly pool: pg.Pool; readonly log: EventLog },
  { partition, offset }: Delivery,
): Promise<Visibility> => {
  const head = await log.head(partition)
  const sourceOffset = offset + (head?.sourceBase ?? 0)
  if (head === undefined || head.nextSourceOffset <= sourceOffset) return 'not_consumed'
  if (await isDeadLetter(pool, partition, sourceOffset)) return 'dead_lettered'
  const position = await log.positionBefore(partition, sourceOffset + 1)
  const windows = await readCheckpoint(pool, { ...servedProjections.windows, shard: partition })
  return (windows?.position ?? 0) >= position ? 'visible' : 'appended'
}

/** Why a message did not become visible, and where to look. */
export const whyInvisible = (
  visibility: Exclude<Visibility, 'visible'>,
  { partition, offset }: Delivery,
  waitedMs: number,
  stop?: ShardStop,
): string => {
  const place = `${partition}:${offset}`
  if (stop !== undefined && visibility !== 'dead_lettered')
    return `The event at ${place} has to wait, since shard ${partition} stopped: ${stop.message}`
  const waited = `within ${waitedMs / 1_000} s`
  const reasons = {
    not_consumed: `The topic has the event at ${place}, but no processor took it ${waited}: does one run on this topic and this database?`,
    appended: `The event at ${place} is in the log, but was not projected ${waited}: see the processor's log and its /health`,
    dead_lettered: `The event at ${place} became a dead letter: see "npm run cli -- dead-letters list"`,
  }
  return reasons[visibility]
}
