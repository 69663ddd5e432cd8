import { uuidFromBytes } from '@patterns/shared/contract/uuid.ts'
import type pg from 'pg'
import type { EventLog, LogRecord, PositionRange } from '../eventLog.ts'
import { hasPosition } from './hasPosition.ts'
import { readPayload, unpackPayload } from './segmentPayload.ts'

/** Ranges looked up, segments found and bytes of their payloads at a time: what is unpacked lies in memory together. */
const rangesAtATime = 32
const segmentsAtATime = 32
const maxBytesAtATime = 1024 * 1024

/** The first segments that hold a position of a range, each once. A range may begin and end within one. */
const statement = `
select first_position, event_count, event_ids, payload
from (
  select *, sum(octet_length(payload)) over (order by first_position) - octet_length(payload) as bytes_before
  from (
    select first_position, event_count, event_ids, payload
    from event_log_segments
    where shard = $1 and first_position in (
      select segment.first_position
      from unnest($2::int8[], $3::int8[]) as range(first, last)
      cross join lateral (
        select first_position from event_log_segments
        where shard = $1 and first_position <= range.last and first_position >= coalesce(
          (select max(first_position) from event_log_segments where shard = $1 and first_position <= range.first), 0)
        order by first_position
        limit ${segmentsAtATime}
      ) as segment
    )
    order by first_position
    limit ${segmentsAtATime}
  ) as wanted
) as wanted
where bytes_before < ${maxBytesAtATime}
order by first_position`

interface UnpackedSegment {
  readonly first: number
  readonly last: number
  readonly ids: Buffer
  readonly raw: Buffer
}

const readSegments = async (
  pool: pg.Pool,
  shard: number,
  ranges: readonly PositionRange[],
): Promise<UnpackedSegment[]> => {
  const { rows } = await pool.query<{
    first_position: number
    event_count: number
    event_ids: Buffer
    payload: Buffer
  }>({
    name: 'read_ranges',
    text: statement,
    values: [shard, ranges.map(({ first }) => first), ranges.map(({ last }) => last)],
  })
  return Promise.all(
    rows.map(async (row) => ({
      first: row.first_position,
      last: row.first_position + row.event_count - 1,
      ids: row.event_ids,
      raw: await unpackPayload(row.payload),
    })),
  )
}

const recordsIn = ({ first, ids, raw }: UnpackedSegment, range: PositionRange): LogRecord[] => {
  const from = Math.max(0, range.first - first)
  return readPayload(raw, from, range.last + 1 - first).map((event, i) => ({
    ...event,
    position: first + from + i,
    eventId: uuidFromBytes(ids, (from + i) * 16),
  }))
}

/**
 * Reads ranges of the log.
 * @throws MissingPositionsError if the log has a hole in one of them
 */
export async function* readRanges(
  pool: pg.Pool,
  ...[shard, ranges]: Parameters<EventLog['readRanges']>
): AsyncGenerator<LogRecord[]> {
  // The range that is looked at, and the position in it that comes next.
  let at = 0
  let position = ranges[0]?.first ?? 0
  while (at < ranges.length) {
    const from = { at, position }
    const wanted = [{ first: position, last: ranges[at]!.last }, ...ranges.slice(at + 1, at + rangesAtATime)]
    for (const segment of await readSegments(pool, shard, wanted)) {
      while (at < ranges.length && segment.first <= position && position <= segment.last) {
        const { last } = ranges[at]!
        yield recordsIn(segment, { first: position, last })
        if (last > segment.last) position = segment.last + 1
        else position = ranges[++at]?.first ?? 0
      }
    }
    const isStuck = at === from.at && position === from.position
    if (isStuck && !(await hasPosition(pool, shard, position))) return
  }
}
