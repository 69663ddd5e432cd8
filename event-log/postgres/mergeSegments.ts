import { int4Array } from '@patterns/shared/postgres/binaryArray.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'
import { decodePayload, encodePayload } from './segmentPayload.ts'

/**
 * Makes one segment of neighbours, given by their first positions. Positions, ids and raw bytes stay as they are, so
 * readers notice nothing. It says the latest time and watermark of them all.
 * @returns `false` if they are not neighbours, as for the slower of two that merge the same
 */
export const mergeSegments = (pool: pg.Pool, shard: number, positions: readonly number[]): Promise<boolean> =>
  transaction(pool, async (client) => {
    const { rows } = await client.query<SegmentRow>(
      `select first_position, event_count, event_ids, payload, first_source_offset, last_source_offset,
         min_occurred_at, max_occurred_at, min_recorded_at, max_recorded_at, appended_at::text, watermark,
         pattern_hashes, outcomes
       from event_log_segments where shard = $1 and first_position = any($2::int8[])
       order by first_position for update`,
      [shard, positions],
    )
    const areNeighbours =
      rows.length === positions.length &&
      rows.every((row, i) => {
        const before = rows[i - 1]
        return before === undefined || row.first_position === before.first_position + before.event_count
      })
    if (!areNeighbours) return false
    await client.query(
      'delete from event_log_segments where shard = $1 and first_position = any($2::int8[])',
      [shard, positions],
    )
    await insertMerged(client, shard, rows)
    return true
  })

interface SegmentRow {
  readonly first_position: number
  readonly event_count: number
  readonly event_ids: Buffer
  readonly payload: Buffer
  readonly first_source_offset: number
  readonly last_source_offset: number
  readonly min_occurred_at: Date
  readonly max_occurred_at: Date
  readonly min_recorded_at: Date
  readonly max_recorded_at: Date
  /** As text, which keeps microseconds: it must not step back. */
  readonly appended_at: string
  readonly watermark: Date | null
  /** Null in segments that are older than these. */
  readonly pattern_hashes: readonly number[] | null
  readonly outcomes: Buffer | null
}

const insertText = `
insert into event_log_segments (shard, first_position, event_count, first_source_offset, last_source_offset,
  min_occurred_at, max_occurred_at, min_recorded_at, max_recorded_at, event_ids, payload, appended_at, watermark,
  pattern_hashes, outcomes)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`

/** What all of them say of their events; nothing where one of them does not. */
const indexOf = (rows: readonly SegmentRow[]): [patternHashes: Buffer, outcomes: Buffer] | [null, null] => {
  const hashes: number[] = []
  const outcomes: Buffer[] = []
  for (const row of rows) {
    if (row.pattern_hashes === null || row.outcomes === null) return [null, null]
    hashes.push(...row.pattern_hashes)
    outcomes.push(row.outcomes)
  }
  return [int4Array(Int32Array.from(hashes)), Buffer.concat(outcomes)]
}

const insertMerged = async (
  client: pg.PoolClient,
  shard: number,
  rows: readonly SegmentRow[],
): Promise<void> => {
  const events = (await Promise.all(rows.map((row) => decodePayload(row.payload)))).flat()
  const min = (pick: (row: SegmentRow) => Date) =>
    new Date(Math.min(...rows.map((row) => pick(row).getTime())))
  const max = (pick: (row: SegmentRow) => Date) =>
    new Date(Math.max(...rows.map((row) => pick(row).getTime())))
  const last = rows.at(-1)!
  const values = [
    shard,
    rows[0]!.first_position,
    events.length,
    rows[0]!.first_source_offset,
    last.last_source_offset,
    min((row) => row.min_occurred_at),
    max((row) => row.max_occurred_at),
    min((row) => row.min_recorded_at),
    max((row) => row.max_recorded_at),
    Buffer.concat(rows.map((row) => row.event_ids)),
    await encodePayload(events),
    last.appended_at,
    last.watermark,
    ...indexOf(rows),
  ]
  await client.query(insertText, values)
}
