import { uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import { type Granularity, granularities } from '@patterns/projections/window.ts'
import { zeroWindow } from '@patterns/projections/windowState.ts'
import type { Segment } from './windows/segments.ts'
import { tables } from './liveProjection.ts'
import type { Queryable } from './queryable.ts'
import { segmentParameters, type WindowRow } from './windowRows.ts'

const selectSums = (granularity: Granularity, parameter: number): string => `
select json_build_array(extract(epoch from window_start)::float8 * 1000, sum(uses), min(first_recorded_ms),
  max(last_recorded_ms)) as x
from ${tables[granularity]}
where window_start = any($${parameter}::timestamptz[])
  and pattern_id = any($1::uuid[])
group by window_start`

/** Reads how often many patterns were used together, by window: there are no totals of a type. */
export const readTypeTotals = async (
  database: Queryable,
  patternIds: readonly string[],
  segments: readonly Segment[],
): Promise<readonly WindowRow[]> => {
  const { rows } = await database.query<{
    windows: [number, uses: number, firstCame: number, lastCame: number][] | null
  }>({
    name: 'read_type_totals',
    text: `
select json_agg(x) as windows
from (${granularities.map((granularity, i) => selectSums(granularity, i + 2)).join(' union all ')}) as selected`,
    values: [uuidArray(patternIds), ...segmentParameters(segments)],
  })
  return (rows[0]!.windows ?? []).map(([start, uses, first, last]) => {
    const state = zeroWindow()
    state.outcomes.uses = uses
    Object.assign(state.recordTimes, { first, last })
    return { patternId: null, start, state }
  })
}
