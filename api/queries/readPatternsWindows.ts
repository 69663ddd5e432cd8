import { uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type { Segment } from '@patterns/projections/segments.ts'
import type { ColumnSet } from './columnSets.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { type JsonRow, readRows, segmentParameters, selectRows, type WindowRow } from './windowRows.ts'

/** Reads the windows of the patterns on one page of a list, by pattern. */
export const readPatternsWindows = async (
  database: Queryable,
  patternIds: readonly string[],
  segments: readonly Segment[],
  { name, columns }: ColumnSet,
): Promise<ReadonlyMap<string, readonly WindowRow[]>> => {
  if (patternIds.length === 0) return new Map()
  const { rows } = await database.query<{ windows: JsonRow[] | null }>({
    name: `read_patterns_${name}`,
    text: `
select json_agg(x) as windows
from (${selectRows(columns, { first: 2, where: 'w.pattern_id = any($1::uuid[])' })}) as selected`,
    values: [uuidArray(patternIds), ...segmentParameters(segments)],
  })
  return Map.groupBy(readRows(rows[0]!.windows, columns), (row) => row.patternId!)
}
