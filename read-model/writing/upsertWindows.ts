import type { ColumnType, ColumnValue } from '@patterns/projections/measure.ts'
import type { Granularity } from '@patterns/projections/window.ts'
import { windowColumns } from '@patterns/projections/windowState.ts'
import {
  byteaArray,
  int8Array,
  textArray,
  timestamptzArray,
  uuidArray,
} from '@patterns/shared/postgres/binaryArray.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { tablesOf } from '../tables.ts'
import type { WindowRow } from '../windowRow.ts'

const measureColumns = windowColumns.map((column) => column.name)

/** Numerics travel as text: their binary form is decimal digits anyway. */
const arrayOf: Readonly<Record<ColumnType, (values: readonly ColumnValue[]) => Buffer>> = {
  int8: (values) => int8Array(values as (number | null)[]),
  numeric: (values) => textArray((values as bigint[]).map(String)),
  bytea: (values) => byteaArray(values as (Buffer | null)[]),
}
const arrayType: Readonly<Record<ColumnType, string>> = { int8: 'int8', numeric: 'text', bytea: 'bytea' }

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
  client: Queryable,
  version: number,
  shard: number,
  granularity: Granularity,
  rows: readonly WindowRow[],
): Promise<void> => {
  if (rows.length === 0) return
  const isTotal = rows[0]!.patternId === null
  const { totals, windows } = tablesOf(version)
  const table = (isTotal ? totals : windows)[granularity]
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
