import { type Vector, vectorFromJson } from '@patterns/read-model/vector.ts'
import type { WindowRun } from '@patterns/projections/windowRuns.ts'
import { vectorExpression } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections, servedTables } from '@patterns/read-model/served.ts'
import type { ColumnSet } from './columnSets.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import {
  type WindowJson,
  windowsFromJson,
  windowRunParameters,
  selectWindows,
} from '@patterns/read-model/reading/selectWindows.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'

export interface TotalsRead {
  readonly vector: Vector
  /** When the first hour with an event starts, epoch milliseconds; `null` if there was none yet. */
  readonly firstSeen: number | null
  readonly windows: readonly WindowRow[]
}

/** Reads the windows of all patterns together and the vector in one statement, so of one moment. */
export const readTotals = async (
  database: Queryable,
  runs: readonly WindowRun[],
  { name, columns }: ColumnSet,
): Promise<TotalsRead> => {
  const { rows } = await database.query<{
    vector: Record<string, number>
    first: number | null
    windows: WindowJson[] | null
  }>({
    name: `read_totals_${name}`,
    text: `
select ${vectorExpression(servedProjections.windows)} as vector,
  (select extract(epoch from min(window_start))::float8 * 1000 from ${servedTables.totals.hour}) as first,
  (select json_agg(x) from (${selectWindows(servedTables, columns, { first: 1, where: 'true', isTotal: true })}) as selected) as windows`,
    values: windowRunParameters(runs),
  })
  const { vector, first, windows } = rows[0]!
  return { vector: vectorFromJson(vector), firstSeen: first, windows: windowsFromJson(windows, columns) }
}
