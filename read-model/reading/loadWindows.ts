import type { ColumnValue } from '@patterns/projections/measure.ts'
import type { Granularity } from '@patterns/projections/window.ts'
import { windowColumns, type WindowState, zeroWindow } from '@patterns/projections/windowState.ts'
import { timestamptzArray, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { tablesOf } from '../tables.ts'
import type { WindowRow } from '../windowRow.ts'

/** The state that a row of the window tables holds. */
const readState = (row: Readonly<Record<string, ColumnValue>>): WindowState => {
  const state = zeroWindow()
  for (const column of windowColumns) column.set(state, row[column.name]!)
  return state
}

/** Reads those of the given windows of a shard that exist: of patterns, or totals. */
export const loadWindows = async (
  database: Queryable,
  version: number,
  shard: number,
  granularity: Granularity,
  keys: readonly { readonly patternId: string | null; readonly start: number }[],
): Promise<WindowRow[]> => {
  if (keys.length === 0) return []
  const isTotal = keys[0]!.patternId === null
  const { totals, windows } = tablesOf(version)
  const table = (isTotal ? totals : windows)[granularity]
  const columns = `extract(epoch from w.window_start)::float8 * 1000 as start, ${windowColumns.map(({ name }) => `w.${name}`).join(', ')}`
  const starts = timestamptzArray(keys.map((key) => key.start))
  const { rows } = isTotal
    ? await database.query({
        text: `select null as pattern_id, ${columns} from ${table} w
         where shard = $1 and window_start = any($2::timestamptz[])`,
        values: [shard, starts],
      })
    : await database.query({
        text: `select w.pattern_id, ${columns} from unnest($2::uuid[], $3::timestamptz[]) as wanted (pattern_id, window_start)
         join ${table} w
           on w.pattern_id = wanted.pattern_id and w.window_start = wanted.window_start and w.shard = $1`,
        values: [shard, uuidArray(keys.map((key) => key.patternId)), starts],
      })
  return rows.map((row) => ({
    patternId: row.pattern_id as string | null,
    start: row.start as number,
    state: readState(row),
  }))
}
