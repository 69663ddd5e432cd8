import type { PositionRange } from '@patterns/event-log/eventLog.ts'
import { checkpointsOf } from '@patterns/read-model/checkpoint.ts'
import type { Projection } from '@patterns/read-model/projection.ts'
import { tablesOf } from '@patterns/read-model/tables.ts'
import { uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type pg from 'pg'

/** The ranges of a shard's log, up to a position, that can hold events of some patterns: in order, without overlap. */
export type FindPlaces = (
  patternIds: readonly string[],
  shard: number,
  position: number,
) => Promise<PositionRange[]>

export interface PlaceFinderOptions {
  readonly pool: pg.Pool
  readonly windows: Projection
  /** How many of a shard's last events are searched for duplicates. */
  readonly horizon: number
}

/** Ranges closer than this are read as one: they mostly lie in one segment, which is unpacked as a whole. */
const nearby = 512

/** The merged ranges of the patterns' windows, and the checkpoint that they are as of, in one snapshot. */
const statement = (windows: Projection): string => `
select coalesce((select position from ${checkpointsOf(windows)} as checkpoints where shard = $1), 0) as projected,
  (select json_agg(json_build_array(lower(place), upper(place) - 1) order by place)
   from (
     select unnest(range_agg(int8range(first_position, last_position + ${nearby}, '[)'))) as place
     from ${tablesOf(windows.version).windows.hour} where pattern_id = any($2::uuid[]) and shard = $1
   ) as merged) as places`

/**
 * Finds a pattern's events in a log of millions without reading it: each window knows the first and the last
 * position that touched it. What the windows do not account for yet is looked at whole.
 */
export const createPlaceFinder =
  ({ pool, windows, horizon }: PlaceFinderOptions): FindPlaces =>
  async (patternIds, shard, position) => {
    const { rows } = await pool.query<{ projected: number; places: [number, number][] | null }>(
      statement(windows),
      [shard, uuidArray(patternIds)],
    )
    const { projected, places } = rows[0]!
    const oldest = Math.max(1, position - horizon + 1)
    const tail = Math.max(oldest, Math.min(projected, position) + 1)
    const known = (places ?? [])
      .map(([first, last]) => ({ first: Math.max(first, oldest), last: Math.min(last, tail - 1) }))
      .filter(({ first, last }) => first <= last)
    return tail > position ? known : [...known, { first: tail, last: position }]
  }
