import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import type pg from 'pg'
import type { PositionRange, SoughtEvents } from '../eventLog.ts'
import { isSought } from '../isSought.ts'
import { readRanges } from './readRanges.ts'
import { outcomeCode, patternHash } from './segmentIndex.ts'
import { timeOrNull } from './readSegments.ts'

/**
 * The segments that hold positions of the ranges, as far as they do, with the places in each where an event has the hash.
 * A segment that is all of another time has none; of one from before there were hashes they are null.
 */
const statement = `
with held as materialized (
  select greatest(range.first, first_position) as first,
    least(range.last, first_position + event_count - 1) as last,
    first_position, outcomes,
    case when ($6::timestamptz is null or max_occurred_at >= $6) and ($7::timestamptz is null or min_occurred_at < $7)
      then array_positions(pattern_hashes, $4::int4) else '{}' end as places
  from unnest($2::int8[], $3::int8[]) as range(first, last)
  cross join lateral (
    select first_position, event_count, min_occurred_at, max_occurred_at, pattern_hashes, outcomes
    from event_log_segments
    where shard = $1 and first_position <= range.last and first_position >= coalesce(
      (select max(first_position) from event_log_segments where shard = $1 and first_position <= range.first), 0)
  ) as segment
  where first_position + event_count > range.first
)
select
  (select coalesce(sum(last - first + 1), 0)::int8 from held) as covered,
  (select json_agg(position order by position)
   from (
     select first, last, first_position + place - 1 as position
     from held cross join lateral unnest(places) as place
     where $5::int4 is null or get_byte(outcomes, place - 1) = $5
   ) as found
   where position between first and last) as positions,
  (select json_agg(json_build_object('first', first, 'last', last) order by first) from held where places is null) as unindexed`

/** Events that are read before others get their turn. */
const eventsBetweenYields = 500

/**
 * Finds where events of a pattern lie by what their segments say of them. What no segment says is read, event by event.
 * @throws MissingPositionsError if the log has a hole in one of the ranges
 */
export const findPositions = async (
  pool: pg.Pool,
  shard: number,
  ranges: readonly PositionRange[],
  sought: SoughtEvents,
): Promise<number[]> => {
  const { patternId, outcome, span } = sought
  const { rows } = await pool.query<{
    covered: number
    positions: number[] | null
    unindexed: PositionRange[] | null
  }>({
    name: 'find_positions',
    text: statement,
    values: [
      shard,
      ranges.map(({ first }) => first),
      ranges.map(({ last }) => last),
      patternHash(patternId),
      outcome === undefined ? null : outcomeCode(outcome),
      timeOrNull(span.from),
      timeOrNull(span.to),
    ],
  })
  const { covered, positions, unindexed } = rows[0]!
  const expected = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  // A reader knows whether what is not there lies beyond the end, or is missing.
  const isWhole = covered === expected
  const found = isWhole ? (positions ?? []) : []
  const toRead = isWhole ? (unindexed ?? []) : ranges
  if (toRead.length === 0) return found
  let read = 0
  for await (const page of readRanges(pool, shard, toRead)) {
    for (const record of page) {
      const event = decodeRecord(record)
      if (isSought(event, event.occurredAt, sought)) found.push(record.position)
      if (++read % eventsBetweenYields === 0) await yieldToEventLoop()
    }
  }
  return found.toSorted((a, b) => a - b)
}
