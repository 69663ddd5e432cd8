import type { ColumnType, ColumnValue } from '@patterns/projections/measure.ts'
import type { Granularity } from '@patterns/projections/window.ts'
import { windowColumns, type WindowState, zeroWindow } from '@patterns/projections/windowState.ts'
import {
  byteaArray,
  int8Array,
  textArray,
  timestamptzArray,
  uuidArray,
} from '@patterns/shared/postgres/binaryArray.ts'
import type pg from 'pg'

/** The window tables of one version of the projection: names, and how rows are written and read. */

export interface WindowRow {
  readonly patternId: string | null
  readonly start: number
  readonly state: WindowState
}

const measureColumns = windowColumns.map((column) => column.name)

/** Numerics travel as text: their binary form is decimal digits anyway. */
const arrayOf: Readonly<Record<ColumnType, (values: readonly ColumnValue[]) => Buffer>> = {
  int8: (values) => int8Array(values as (number | null)[]),
  numeric: (values) => textArray((values as bigint[]).map(String)),
  bytea: (values) => byteaArray(values as (Buffer | null)[]),
}
const arrayType: Readonly<Record<ColumnType, string>> = { int8: 'int8', numeric: 'text', bytea: 'bytea' }

const tableOf = (version: number, granularity: Granularity, isTotal: boolean): string =>
  `${isTotal ? 'total' : 'pattern'}_windows_v${version}_${granularity}`

const upsertText = (table: string, keys: readonly string[]): string => {
  const first = keys.length + 2
  const arrays = [
    ...keys.map((key, i) => `$${i + 2}::${key === 'pattern_id' ? 'uuid' : 'timestamptz'}[]`),
    ...windowColumns.map((column, i) => `$${first + i}::${arrayType[column.type]}[]`),
  ]
  const values = windowColumns.map((column) =>
    column.type === 'numeric' ? `rows.${column.name}::numeric` : `rows.${column.name}`,
  )
  return `
insert into ${table} (shard, ${[...keys, ...measureColumns].join(', ')})
select $1, ${keys.map((key) => `rows.${key}`).join(', ')}, ${values.join(', ')}
from unnest(${arrays.join(', ')}) as rows (${[...keys, ...measureColumns].join(', ')})
on conflict (${keys.join(', ')}, shard) do update set
  ${measureColumns.map((name) => `${name} = excluded.${name}`).join(', ')}`
}

/**
 * Writes whole states, so that Postgres does no arithmetic on them. Rows must be sorted by key: an owner who is fenced
 * learns of it only after all its statements, and two transactions that lock in one order cannot deadlock.
 */
export const upsertWindows = async (
  client: pg.ClientBase,
  version: number,
  shard: number,
  granularity: Granularity,
  rows: readonly WindowRow[],
): Promise<void> => {
  if (rows.length === 0) return
  const isTotal = rows[0]!.patternId === null
  const table = tableOf(version, granularity, isTotal)
  const keys = isTotal ? ['window_start'] : ['pattern_id', 'window_start']
  const starts = timestamptzArray(rows.map((row) => row.start))
  await client.query({
    name: `upsert_${table}`,
    text: upsertText(table, keys),
    values: [
      shard,
      ...(isTotal ? [starts] : [uuidArray(rows.map((row) => row.patternId)), starts]),
      ...windowColumns.map((column) => arrayOf[column.type](rows.map((row) => column.get(row.state)))),
    ],
  })
}

/** Reads those of the given windows that exist. */
export const loadWindows = async (
  client: pg.ClientBase | pg.Pool,
  version: number,
  shard: number,
  granularity: Granularity,
  keys: readonly { readonly patternId: string | null; readonly start: number }[],
): Promise<WindowRow[]> => {
  if (keys.length === 0) return []
  const isTotal = keys[0]!.patternId === null
  const table = tableOf(version, granularity, isTotal)
  const columns = `extract(epoch from w.window_start)::float8 * 1000 as start, ${measureColumns.map((name) => `w.${name}`).join(', ')}`
  const starts = timestamptzArray(keys.map((key) => key.start))
  const { rows } = isTotal
    ? await client.query(
        `select null as pattern_id, ${columns} from ${table} w
         where shard = $1 and window_start = any($2::timestamptz[])`,
        [shard, starts],
      )
    : await client.query(
        `select w.pattern_id, ${columns} from unnest($2::uuid[], $3::timestamptz[]) as wanted (pattern_id, window_start)
         join ${table} w
           on w.pattern_id = wanted.pattern_id and w.window_start = wanted.window_start and w.shard = $1`,
        [shard, uuidArray(keys.map((key) => key.patternId)), starts],
      )
  return rows.map((row) => ({
    patternId: row.pattern_id as string | null,
    start: row.start as number,
    state: readState(row),
  }))
}

/** The state that a row of the window tables holds. */
const readState = (row: Readonly<Record<string, ColumnValue>>): WindowState => {
  const state = zeroWindow()
  for (const column of windowColumns) column.set(state, row[column.name]!)
  return state
}
