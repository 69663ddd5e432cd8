import { uuidFromBytes } from '@patterns/shared/contract/uuid.ts'
import type pg from 'pg'
import type { EventLog, LogRecord, PositionRange } from '../eventLog.ts'
import { createKeptSegments, type UnpackedSegment } from './keptSegments.ts'
import { readPayload, unpackPayload } from './segmentPayload.ts'

export interface RangeReaderOptions {
  readonly pool: pg.Pool
  /** What may be kept in memory of what was read, unpacked; 0: nothing. */
  readonly mostKeptBytes: number
}

/** Every segment that holds a position of a range, once. A range may begin and end within one. */
const statement = `
select first_position, event_count, event_ids, payload
from event_log_segments
where shard = $1 and first_position in (
  select segment.first_position
  from unnest($2::int8[], $3::int8[]) as range(first, last)
  cross join lateral (
    select first_position from event_log_segments
    where shard = $1 and first_position <= range.last and first_position >= coalesce(
      (select max(first_position) from event_log_segments where shard = $1 and first_position <= range.first), 0)
  ) as segment
)
order by first_position`

/** Ranges that are looked up at a time: each may lie in a segment of its own, of some megabytes after a backlog. */
const rangesAtATime = 16

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

/** Reads ranges of the log, and keeps what it unpacked: most people look at its end. */
export const createRangeReader = ({ pool, mostKeptBytes }: RangeReaderOptions): EventLog['readRanges'] => {
  const kept = createKeptSegments(mostKeptBytes)

  /** What is kept of some ranges, and what is not. */
  const lookUp = (shard: number, ranges: readonly PositionRange[]) => {
    const held = new Set<UnpackedSegment>()
    const missing = ranges.filter(({ first, last }) => {
      for (let position = first; position <= last;) {
        const segment = kept.holding(shard, position)
        if (segment === undefined) return true
        held.add(segment)
        position = segment.last + 1
      }
      return false
    })
    return { held, missing }
  }

  const readSome = async function* (
    shard: number,
    ranges: readonly PositionRange[],
  ): AsyncGenerator<LogRecord[]> {
    const { held, missing } = lookUp(shard, ranges)
    if (missing.length > 0) {
      for (const segment of await readSegments(pool, shard, missing)) {
        kept.keep(shard, segment)
        held.add(segment)
      }
    }
    const segments = [...held].toSorted((a, b) => a.first - b.first)
    let next = 0
    for (const range of ranges) {
      let position = range.first
      // Ranges are in order, so what ends before this one is not needed again.
      while (next < segments.length && segments[next]!.last < position) next++
      for (let i = next; i < segments.length && position <= range.last; i++) {
        const segment = segments[i]!
        // Of a small segment and the one that it was merged into, both may be there.
        if (segment.first > position || segment.last < position) continue
        yield recordsIn(segment, { first: position, last: range.last })
        position = segment.last + 1
      }
    }
  }

  return async function* readRanges(shard, ranges) {
    for (let i = 0; i < ranges.length; i += rangesAtATime)
      yield* readSome(shard, ranges.slice(i, i + rangesAtATime))
  }
}
