import type { EventLog, LogRecord } from '@patterns/event-log/eventLog.ts'
import { writeUuid } from '@patterns/shared/contract/uuid.ts'
import type pg from 'pg'

/** A message that carried an event id. */
export interface Occurrence {
  readonly shard: number
  readonly sourceOffset: number
  readonly became: 'appended' | 'duplicate' | `dead letter (${string})`
  /** In the log; of a duplicate, the position of the event that it repeats. */
  readonly position: number | undefined
  /** Epoch milliseconds; `undefined` if it was not kept. */
  readonly recordedAt: number | undefined
}

const idBytes = 16

/** Where an id lies in a page of ids: offsets that are a multiple of an id's length. */
const indexesOf = (ids: Buffer, id: Buffer): number[] => {
  const found: number[] = []
  for (let at = ids.indexOf(id); at >= 0; at = ids.indexOf(id, at + 1)) {
    if (at % idBytes === 0) found.push(at / idBytes)
  }
  return found
}

const recordAt = async (log: EventLog, shard: number, position: number): Promise<LogRecord> => {
  for await (const [record] of log.read(shard, position - 1)) {
    if (record !== undefined) return record
  }
  throw new Error(`The log of shard ${shard} ended before position ${position}`)
}

/** The events with an id, over all shards. Reads the ids alone, not the events. */
export const findInLog = async (
  log: EventLog,
  eventId: string,
  onProgress: (ids: number) => void,
): Promise<Occurrence[]> => {
  const id = Buffer.alloc(idBytes)
  writeUuid(id, 0, eventId)
  const found: Occurrence[] = []
  let searched = 0
  for (const shard of await log.shards()) {
    for await (const { firstPosition, ids } of log.recentIds(shard, Number.MAX_SAFE_INTEGER)) {
      for (const index of indexesOf(ids, id)) {
        const { position, sourceOffset, recordedAt } = await recordAt(log, shard, firstPosition + index)
        found.push({ shard, sourceOffset, became: 'appended', position, recordedAt })
      }
      searched += ids.length / idBytes
      onProgress(searched)
    }
  }
  return found
}

/** The messages that were skipped because they repeat one of these events. */
export const findDuplicates = async (pool: pg.Pool, events: readonly Occurrence[]): Promise<Occurrence[]> => {
  const { rows } = await pool.query<{ shard: number; source_offset: number; position: number }>(
    `select shard, source_offset, position from duplicates
     where (coalesce(first_shard, shard), position) in (select * from unnest($1::int4[], $2::int8[]))`,
    [events.map(({ shard }) => shard), events.map(({ position }) => position)],
  )
  return rows.map((row) => ({
    shard: row.shard,
    sourceOffset: row.source_offset,
    became: 'duplicate',
    position: row.position,
    recordedAt: undefined,
  }))
}

/** The dead letters whose bytes mention the id: a conflict, or an event that had another fault as well. */
export const findDeadLetters = async (pool: pg.Pool, eventId: string): Promise<Occurrence[]> => {
  const { rows } = await pool.query<{
    shard: number
    source_offset: number
    reason: string
    recorded_at: Date
  }>(
    `select shard, source_offset, reason, recorded_at from dead_letters
     where position(convert_to($1, 'UTF8') in value) > 0 or position(convert_to(upper($1), 'UTF8') in value) > 0
       or headers ->> 'ce_id' = $1`,
    [eventId],
  )
  return rows.map((row) => ({
    shard: row.shard,
    sourceOffset: row.source_offset,
    became: `dead letter (${row.reason})`,
    position: undefined,
    recordedAt: row.recorded_at.getTime(),
  }))
}
