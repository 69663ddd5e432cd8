import { uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type { WindowRun } from '@patterns/projections/windowRuns.ts'
import type { ColumnSet } from './columnSets.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import {
  type WindowJson,
  windowsFromJson,
  windowRunParameters,
  selectWindows,
} from '@patterns/read-model/reading/selectWindows.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'

/** Reads the windows of the patterns on one page of a list, by pattern. */
export const readPatternsWindows = async (
  database: Queryable,
  patternIds: readonly string[],
  runs: readonly WindowRun[],
  { name, columns }: ColumnSet,
): Promise<ReadonlyMap<string, readonly WindowRow[]>> => {
  if (patternIds.length === 0) return new Map()
  const { rows } = await database.query<{ windows: WindowJson[] | null }>({
    name: `read_patterns_${name}`,
    text: `
select json_agg(x) as windows
from (${selectWindows(servedTables, columns, { first: 2, where: 'w.pattern_id = any($1::uuid[])' })}) as selected`,
    values: [uuidArray(patternIds), ...windowRunParameters(runs)],
  })
  return Map.groupBy(windowsFromJson(rows[0]!.windows, columns), (row) => row.patternId!)
}
