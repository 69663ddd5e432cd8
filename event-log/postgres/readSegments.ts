import { uuidFromBytes } from '@patterns/shared/contract/uuid.ts'
import type pg from 'pg'
import type { LogRecord, PositionRange, TimeSpan } from '../eventLog.ts'
import { hasPosition } from './hasPosition.ts'
import { decodePayload } from './segmentPayload.ts'

interface SegmentRow {
  readonly first_position: number
  readonly event_count: number
  readonly event_ids: Buffer
  readonly payload: Buffer
}

/**
 * Segments fetched in one query. The first query asks for one, as many readers want just one event, and each further
 * one for twice as many, unless their payloads are larger together than some megabytes.
 */
const maxSegmentsPerQuery = 16
const maxBytesPerQuery = 4 * 1024 * 1024

/** Begins with the segment that holds the position, which may begin before it. How long a payload is costs no reading of it. */
const statement = `
select first_position, event_count, event_ids, payload
from (
  select *, sum(octet_length(payload)) over (order by first_position) - octet_length(payload) as bytes_before
  from (
    select first_position, event_count, event_ids, payload
    from event_log_segments
    where shard = $1 and first_position >= coalesce(
      (select max(first_position) from event_log_segments where shard = $1 and first_position <= $2), 0)
    order by first_position
    limit $3
  ) as next
) as next
where bytes_before < ${maxBytesPerQuery}
order by first_position`

const toRecords = async (row: SegmentRow): Promise<LogRecord[]> => {
  const events = await decodePayload(row.payload)
  return events.map((event, i) => ({
    ...event,
    position: row.first_position + i,
    eventId: uuidFromBytes(row.event_ids, i * 16),
  }))
}

/**
 * The events after a position, one segment a page, up to the head at the time of the last query.
 * @throws MissingPositionsError if the log has a hole
 */
export async function* readSegments(
  pool: Pick<pg.Pool, 'query'>,
  shard: number,
  afterPosition: number,
): AsyncGenerator<LogRecord[]> {
  let next = afterPosition + 1
  for (let limit = 1; ; limit = Math.min(limit * 2, maxSegmentsPerQuery)) {
    const { rows } = await pool.query<SegmentRow>({
      name: 'read_segments',
      text: statement,
      values: [shard, next, limit],
    })
    const from = next
    for (const row of rows) {
      const end = row.first_position + row.event_count
      if (end <= next) continue
      if (row.first_position > next) break
      const records = await toRecords(row)
      yield records.slice(next - row.first_position)
      next = end
    }
    if (next === from && !(await hasPosition(pool, shard, next))) return
  }
}

export const timeOrNull = (time: number | undefined): Date | null =>
  time === undefined ? null : new Date(time)

/** The segments that may hold an event of a span: each knows its earliest and latest. */
export const findRangesOf = async (
  pool: pg.Pool,
  shard: number,
  { from, to }: TimeSpan,
): Promise<PositionRange[]> => {
  const { rows } = await pool.query<PositionRange>(
    `select first_position as first, first_position + event_count - 1 as last
     from event_log_segments
     where shard = $1 and ($2::timestamptz is null or max_occurred_at >= $2)
       and ($3::timestamptz is null or min_occurred_at < $3)
     order by first_position`,
    [shard, timeOrNull(from), timeOrNull(to)],
  )
  return rows
}

/** The greatest position whose source offset is below the given one; 0 if there is none. */
export const findPositionBefore = async (
  pool: pg.Pool,
  shard: number,
  sourceOffset: number,
): Promise<number> => {
  const { rows } = await pool.query<{
    first_position: number
    event_count: number
    first_source_offset: number
    last_source_offset: number
    payload: Buffer | null
  }>({
    name: 'find_position_before',
    text: `
select first_position, event_count, first_source_offset, last_source_offset,
  case when last_source_offset >= $2 and last_source_offset - first_source_offset >= event_count
    then payload end as payload
from event_log_segments
where shard = $1 and first_source_offset < $2
order by first_source_offset desc
limit 1`,
    values: [shard, sourceOffset],
  })
  const [segment] = rows
  if (segment === undefined) return 0
  if (segment.last_source_offset < sourceOffset) return segment.first_position + segment.event_count - 1
  // Without a gap every offset is an event.
  if (segment.payload === null) return segment.first_position + sourceOffset - segment.first_source_offset - 1
  const events = await decodePayload(segment.payload)
  return segment.first_position + events.findLastIndex((event) => event.sourceOffset < sourceOffset)
}

/**
 * The ids of the last events, oldest first, a segment a page.
 * @throws MissingPositionsError if the log has a hole
 */
export async function* readRecentIds(
  pool: pg.Pool,
  shard: number,
  count: number,
): AsyncGenerator<{ firstPosition: number; ids: Buffer }> {
  const { rows: heads } = await pool.query<{ position: number }>(
    'select position from event_log_shards where shard = $1',
    [shard],
  )
  const last = heads[0]?.position ?? 0
  let next = Math.max(1, last - count + 1)
  while (next <= last) {
    const { rows } = await pool.query<Omit<SegmentRow, 'payload'>>(
      `select first_position, event_count, event_ids from event_log_segments
       where shard = $1 and first_position >= coalesce(
         (select max(first_position) from event_log_segments where shard = $1 and first_position <= $2), 0)
       order by first_position limit 100`,
      [shard, next],
    )
    const from = next
    for (const row of rows) {
      const skipped = next - row.first_position
      if (skipped < 0 || skipped >= row.event_count) break
      yield { firstPosition: next, ids: row.event_ids.subarray(skipped * 16) }
      next = row.first_position + row.event_count
    }
    if (next === from && !(await hasPosition(pool, shard, next))) return
  }
}
