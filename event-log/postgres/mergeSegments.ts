import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'
import { decodePayload, encodePayload } from './segmentPayload.ts'

/**
 * What merged segments hold at most. Larger ones would compress by a tenth better, but whoever wants one event
 * unpacks a whole segment: 0.3 ms for this many, and twenty times that for a full batch.
 */
const targetEvents = 512
const smallEvents = targetEvents / 2

/** Candidates looked at in one query. */
const candidatesPerQuery = 1_000

/**
 * Small segments in the order of positions. The newest are left alone, since a reader is likely to want
 * just those.
 */
const findSmall = `
select first_position, event_count
from event_log_segments
where shard = $1 and first_position > $2 and event_count < $3
  and appended_at < now() - interval '1 minute'
order by first_position
limit $4`

interface Extent {
  readonly first_position: number
  readonly event_count: number
}

const follows = (segment: Extent, before: Extent): boolean =>
  segment.first_position === before.first_position + before.event_count

/** The first run of two or more neighbours that fit into one segment together, as their first positions. */
export const chooseRun = (candidates: readonly Extent[]): number[] => {
  let run: Extent[] = []
  let events = 0
  for (const candidate of candidates) {
    const before = run.at(-1)
    const joins =
      before !== undefined && follows(candidate, before) && events + candidate.event_count <= targetEvents
    if (!joins) {
      if (run.length > 1) break
      run = []
      events = 0
    }
    run.push(candidate)
    events += candidate.event_count
  }
  return run.length > 1 ? run.map((segment) => segment.first_position) : []
}

export interface MergeResult {
  /** How many segments went into the new one; 0 where none are to be merged now. */
  readonly merged: number
  /** The position to look on after. */
  readonly lastPosition: number
}

/**
 * Merges one run of small segments of a shard into one. Positions, ids and raw bytes stay as they are, so
 * readers notice nothing. Of two mergers at one run the slower one finds nothing to merge.
 */
export const mergeSmallSegments = async (
  pool: pg.Pool,
  shard: number,
  afterPosition: number,
): Promise<MergeResult> => {
  const nothing = { merged: 0, lastPosition: afterPosition }
  for (let after = afterPosition; ;) {
    const { rows: candidates } = await pool.query<Extent>(findSmall, [
      shard,
      after,
      smallEvents,
      candidatesPerQuery,
    ])
    const positions = chooseRun(candidates)
    if (positions.length > 0) return (await mergeRun(pool, shard, positions)) ?? nothing
    if (candidates.length < candidatesPerQuery) return nothing
    // The last one may belong together with those that follow.
    after = candidates.at(-1)!.first_position - 1
  }
}

const mergeRun = (
  pool: pg.Pool,
  shard: number,
  positions: readonly number[],
): Promise<MergeResult | undefined> =>
  transaction(pool, async (client) => {
    const { rows } = await client.query<SegmentRow>(
      `select first_position, event_count, event_ids, payload, first_source_offset, last_source_offset,
         min_occurred_at, max_occurred_at, min_recorded_at, max_recorded_at, appended_at, watermark
       from event_log_segments where shard = $1 and first_position = any($2::int8[])
       order by first_position for update`,
      [shard, positions],
    )
    const isRun =
      rows.length === positions.length && rows.every((row, i) => i === 0 || follows(row, rows[i - 1]!))
    if (!isRun) return undefined
    await client.query(
      'delete from event_log_segments where shard = $1 and first_position = any($2::int8[])',
      [shard, positions],
    )
    return insertMerged(client, shard, rows)
  })

interface SegmentRow extends Extent {
  readonly event_ids: Buffer
  readonly payload: Buffer
  readonly first_source_offset: number
  readonly last_source_offset: number
  readonly min_occurred_at: Date
  readonly max_occurred_at: Date
  readonly min_recorded_at: Date
  readonly max_recorded_at: Date
  readonly appended_at: Date
  readonly watermark: Date | null
}

const insertText = `
insert into event_log_segments (shard, first_position, event_count, first_source_offset, last_source_offset,
  min_occurred_at, max_occurred_at, min_recorded_at, max_recorded_at, event_ids, payload, appended_at, watermark)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

const insertMerged = async (
  client: pg.PoolClient,
  shard: number,
  rows: readonly SegmentRow[],
): Promise<MergeResult> => {
  const events = (await Promise.all(rows.map((row) => decodePayload(row.payload)))).flat()
  const least = (pick: (row: SegmentRow) => Date) =>
    new Date(Math.min(...rows.map((row) => pick(row).getTime())))
  const greatest = (pick: (row: SegmentRow) => Date) =>
    new Date(Math.max(...rows.map((row) => pick(row).getTime())))
  const last = rows.at(-1)!
  const values = [
    shard,
    rows[0]!.first_position,
    events.length,
    rows[0]!.first_source_offset,
    last.last_source_offset,
    least((row) => row.min_occurred_at),
    greatest((row) => row.max_occurred_at),
    least((row) => row.min_recorded_at),
    greatest((row) => row.max_recorded_at),
    Buffer.concat(rows.map((row) => row.event_ids)),
    await encodePayload(events),
    last.appended_at,
    last.watermark,
  ]
  await client.query(insertText, values)
  return { merged: rows.length, lastPosition: rows[0]!.first_position + events.length - 1 }
}
