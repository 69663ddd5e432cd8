import { granularities } from '@patterns/projections/window.ts'
import type { WindowColumn } from '@patterns/projections/windowState.ts'
import { vectorFromJson } from '@patterns/read-model/vector.ts'
import type { WindowRun } from '@patterns/projections/windowRuns.ts'
import type { ColumnSet } from './columnSets.ts'
import { vectorExpression } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections, servedTables } from '@patterns/read-model/served.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { UnknownTypeError } from './queryErrors.ts'
import type { TotalsRead } from './readTotals.ts'
import {
  type WindowJson,
  windowsFromJson,
  windowRunParameters,
} from '@patterns/read-model/reading/selectWindows.ts'

/** Columns that are not added up when rows of one window are merged. */
const extremes: Readonly<Record<string, 'min' | 'max'>> = {
  quality_min: 'min',
  quality_max: 'max',
  first_recorded_ms: 'min',
  last_recorded_ms: 'max',
}

const sumOf = ({ name, type }: WindowColumn): string =>
  `${extremes[name] ?? 'sum'}(w.${name})${type === 'numeric' ? '::text' : ''}`

const selectSums = (columns: readonly WindowColumn[]): string =>
  granularities
    .map(
      (granularity, i) => `
select json_build_array(null, extract(epoch from w.window_start)::float8 * 1000, ${columns.map(sumOf).join(', ')}) as x
from ${servedTables.windows[granularity]} w
where w.window_start = any($${i + 2}::timestamptz[]) and w.pattern_id = any((select ids from members)::uuid[])
group by w.window_start`,
    )
    .join('\nunion all')

/**
 * Reads the windows of all patterns of a type together, and the vector, in one statement, so of one moment. There are no
 * totals of a type: each pattern's windows are found by their primary key and summed. Not for columns with histograms,
 * which SQL cannot add. A pattern that comes in several shards is of the type that was said last, as `mergeEntry` has it.
 * @throws UnknownTypeError if there are patterns, and none is of the type
 */
export const readTypeTotals = async (
  database: Queryable,
  patternType: string,
  runs: readonly WindowRun[],
  { name, columns }: ColumnSet,
): Promise<TotalsRead> => {
  const { rows } = await database.query<{
    vector: Record<string, number>
    unknown: boolean
    first: number | null
    windows: WindowJson[] | null
  }>({
    name: `read_type_totals_${name}`,
    text: `
with members as materialized (
  select array_agg(pattern_id) as ids from ${servedTables.catalogue} as named
  where pattern_type = $1 and not exists (
    select from ${servedTables.catalogue} as other
    where other.pattern_id = named.pattern_id
      and (other.pattern_type_said_at, other.pattern_type_said_by) > (named.pattern_type_said_at, named.pattern_type_said_by)))
select ${vectorExpression(servedProjections.windows)} as vector,
  (select ids is null from members) and exists (select from ${servedTables.catalogue}) as unknown,
  (select extract(epoch from min(first_seen))::float8 * 1000 from ${servedTables.catalogue}
   where pattern_id = any((select ids from members)::uuid[])) as first,
  (select json_agg(x) from (${selectSums(columns)}) as selected) as windows`,
    values: [patternType, ...windowRunParameters(runs)],
  })
  const { vector, unknown, first, windows } = rows[0]!
  if (unknown) throw new UnknownTypeError(patternType)
  return { vector: vectorFromJson(vector), firstSeen: first, windows: windowsFromJson(windows, columns) }
}
