import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'
import { decodePayload, encodePayload } from './segmentPayload.ts'

/** Merged segments hold about as much as a full batch does; larger ones are left alone. */
const targetEvents = 10_000
const smallEvents = targetEvents / 2

/**
 * The next run of adjacent small segments: from the first small one on, as many as fit into one. The
 * newest are left alone, since a reader is likely to want just those.
 */
const findRun = `
with candidates as (
  select first_position, event_count,
    sum(event_count) over (order by first_position) as events_so_far,
    row_number() over (order by first_position)
      - count(*) filter (where event_count < $3) over (order by first_position) as run
  from event_log_segments
  where shard = $1 and first_position > $2 and max_recorded_at < now() - interval '1 minute'
  order by first_position
  limit 1000
)
select first_position, event_count, run from candidates where event_count < $3 order by first_position`

interface Candidate {
  readonly first_position: number
  readonly event_count: number
  readonly run: number
}

/** The first run of two or more neighbours that fit into one segment together. */
export const chooseRun = (candidates: readonly Candidate[]): number[] => {
  let run: Candidate[] = []
  let events = 0
  for (const candidate of candidates) {
    const joins =
      run.length > 0 && candidate.run === run[0]!.run && events + candidate.event_count <= targetEvents
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

/**
 * Merges one run of small segments of a shard into one. Positions, ids and raw bytes stay as they are, so
 * readers notice nothing. Answers how many segments went into the new one, and after which position to
 * look on; 0 where nothing is left to merge.
 */
export const mergeSmallSegments = async (
  pool: pg.Pool,
  shard: number,
  afterPosition: number,
): Promise<{ merged: number; lastPosition: number }> => {
  const { rows: candidates } = await pool.query<Candidate>(findRun, [shard, afterPosition, smallEvents])
  const positions = chooseRun(candidates)
  if (positions.length === 0) return { merged: 0, lastPosition: afterPosition }
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ event_ids: Buffer; payload: Buffer; event_count: number }>(
      `delete from event_log_segments where shard = $1 and first_position = any($2::int8[])
       returning first_position, event_count, event_ids, payload, first_source_offset, last_source_offset,
         min_occurred_at, max_occurred_at, min_recorded_at, max_recorded_at`,
      [shard, positions],
    )
    // Another merger was faster: leave what it made.
    if (rows.length !== positions.length) throw new Error('The segments changed while they were being merged')
    return insertMerged(client, shard, rows as unknown as SegmentRow[])
  })
}

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
}

const insertMerged = async (client: pg.PoolClient, shard: number, unsorted: readonly SegmentRow[]) => {
  const rows = unsorted.toSorted((a, b) => a.first_position - b.first_position)
  const events = (await Promise.all(rows.map((row) => decodePayload(row.payload)))).flat()
  const least = (pick: (row: SegmentRow) => Date) =>
    new Date(Math.min(...rows.map((row) => pick(row).getTime())))
  const greatest = (pick: (row: SegmentRow) => Date) =>
    new Date(Math.max(...rows.map((row) => pick(row).getTime())))
  await client.query(`insert into event_log_segments values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)`, [
    shard,
    rows[0]!.first_position,
    events.length,
    rows[0]!.first_source_offset,
    rows.at(-1)!.last_source_offset,
    least((row) => row.min_occurred_at),
    greatest((row) => row.max_occurred_at),
    least((row) => row.min_recorded_at),
    greatest((row) => row.max_recorded_at),
    Buffer.concat(rows.map((row) => row.event_ids)),
    await encodePayload(events),
  ])
  return { merged: rows.length, lastPosition: rows[0]!.first_position + events.length - 1 }
}
