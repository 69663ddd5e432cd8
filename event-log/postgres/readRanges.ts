import { uuidFromBytes } from '@patterns/shared/contract/uuid.ts'
import type pg from 'pg'
import type { EventLog, LogRecord, PositionRange } from '../eventLog.ts'
import { hasPosition } from './hasPosition.ts'
import { createSegmentCache, type UnpackedSegment } from './segmentCache.ts'
import { readPayload, unpackPayload } from './segmentPayload.ts'

export interface RangeReaderOptions {
  readonly pool: pg.Pool
  /** What may be kept in memory of what was read, unpacked; 0: nothing. */
  readonly maxCachedBytes: number
}

/** Ranges looked up, segments found and bytes of their payloads at a time: what is unpacked lies in memory together. */
const rangesAtATime = 16
const segmentsAtATime = 16
const maxBytesAtATime = 4 * 1024 * 1024

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

/** What is unpacked lies in a larger buffer, which would be kept with it. */
const exactly = (bytes: Buffer): Buffer => {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
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
      raw: exactly(await unpackPayload(row.payload)),
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
 * Reads ranges of the log, and keeps what it unpacked: most people look at its end.
 * @throws MissingPositionsError if the log has a hole in one of them
 */
export const createRangeReader = ({ pool, maxCachedBytes }: RangeReaderOptions): EventLog['readRanges'] => {
  const cache = createSegmentCache(maxCachedBytes)

  /** What is kept of some ranges, and what is not. */
  const lookUp = (shard: number, ranges: readonly PositionRange[]) => {
    const held = new Set<UnpackedSegment>()
    const missing = ranges.filter(({ first, last }) => {
      for (let position = first; position <= last;) {
        const segment = cache.find(shard, position)
        if (segment === undefined) return true
        held.add(segment)
        position = segment.last + 1
      }
      return false
    })
    return { held, missing }
  }

  /** The segments that hold the first positions of some ranges, in order: those that are kept, and else those read now. */
  const segmentsOf = async (shard: number, ranges: readonly PositionRange[]): Promise<UnpackedSegment[]> => {
    const { held, missing } = lookUp(shard, ranges)
    if (missing.length > 0) {
      for (const segment of await readSegments(pool, shard, missing)) {
        cache.put(shard, segment)
        held.add(segment)
      }
    }
    return [...held].toSorted((a, b) => a.first - b.first)
  }

  return async function* readRanges(shard, ranges) {
    // The range that is looked at, and the position in it that comes next.
    let at = 0
    let position = ranges[0]?.first ?? 0
    while (at < ranges.length) {
      const from = { at, position }
      const wanted = [
        { first: position, last: ranges[at]!.last },
        ...ranges.slice(at + 1, at + rangesAtATime),
      ]
      // Both are in order; of a small segment and the one that it was merged into, both may be there.
      for (const segment of await segmentsOf(shard, wanted)) {
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
}
