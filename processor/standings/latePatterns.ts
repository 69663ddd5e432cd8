import { standingSpans } from '@patterns/projections/standings/standingRange.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import { int8Array, timestamptzArray, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { StandingsCheckpoint } from './decideRefresh.ts'

interface LateHour {
  readonly shard: number
  readonly start: number
}

/**
 * Looking for a pattern in more hours takes as long as counting it again. So many are late in a backlog only, in which
 * most of what changed is late anyway.
 */
const maxHours = 100

/** Hours that the standings take for closed and that changed since, by the totals of the shards: mostly there are none. */
const readLateHours = async (
  client: Queryable,
  { vector, closedUntil }: StandingsCheckpoint,
): Promise<LateHour[]> => {
  const { rows } = await client.query<LateHour>({
    name: 'read_late_hours',
    text: `
select known.shard, extract(epoch from window_start)::float8 * 1000 as start
from unnest($1::int8[], $2::int8[]) as known (shard, position)
  cross join lateral (
    select window_start from ${servedTables.totals.hour} as totals
    where totals.shard = known.shard and last_position > known.position and window_start >= $3 and window_start < $4
    offset 0
  ) as hours
limit ${maxHours + 1}`,
    values: [
      int8Array([...vector.keys()]),
      int8Array([...vector.values()]),
      new Date(standingSpans('90d', closedUntil).growth.previous.from),
      new Date(closedUntil),
    ],
  })
  return rows
}

/**
 * Which of the patterns that changed since a checkpoint did so in hours that it takes for closed. May name more of them than
 * that, if there are many.
 */
export const findLatePatterns = async (
  client: Queryable,
  known: StandingsCheckpoint,
  changed: readonly string[],
): Promise<readonly string[]> => {
  if (changed.length === 0) return []
  const hours = await readLateHours(client, known)
  if (hours.length === 0) return []
  if (hours.length > maxHours) return changed
  const { rows } = await client.query<{ pattern_id: string }>({
    name: 'find_late_patterns',
    text: `
select distinct ids.pattern_id
from unnest($1::uuid[]) as ids (pattern_id)
  cross join unnest($2::int8[], $3::timestamptz[], $4::int8[]) as hours (shard, window_start, position)
  cross join lateral (
    select from ${servedTables.windows.hour} as windows
    where windows.pattern_id = ids.pattern_id and windows.window_start = hours.window_start
      and windows.shard = hours.shard and windows.last_position > hours.position
    offset 0
  ) as late`,
    values: [
      uuidArray(changed),
      int8Array(hours.map(({ shard }) => shard)),
      timestamptzArray(hours.map(({ start }) => start)),
      int8Array(hours.map(({ shard }) => known.vector.get(shard)!)),
    ],
  })
  return rows.map((row) => row.pattern_id)
}
