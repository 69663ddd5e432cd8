import type { ColumnType, ColumnValue } from '@patterns/projections/measure.ts'
import { granularities } from '@patterns/projections/window.ts'
import { type WindowColumn, zeroWindow } from '@patterns/projections/windowState.ts'
import { timestamptzArray } from '@patterns/shared/postgres/binaryArray.ts'
import { type WindowRun, windowStarts } from '@patterns/projections/windowRuns.ts'
import type { Tables } from '../tables.ts'
import type { WindowRow } from '../windowRow.ts'

const jsonField: Readonly<Record<ColumnType, (column: string) => string>> = {
  int8: (column) => column,
  // JSON numbers are doubles; these may pass 2^53.
  numeric: (column) => `${column}::text`,
  bytea: (column) => `encode(${column}, 'hex')`,
}

const readField: Readonly<Record<ColumnType, (value: number | string | null) => ColumnValue>> = {
  int8: (value) => value as number | null,
  numeric: (value) => (value === null ? null : BigInt(value)),
  bytea: (value) => (value === null ? null : Buffer.from(value as string, 'hex')),
}

/** A window row as JSON has it: pattern, start in epoch milliseconds, and the columns. */
export type WindowJson = readonly [string | null, number, ...(number | string | null)[]]

/**
 * Selects rows as JSON arrays named `x`: one value for all of them, since a JSON text is read several times
 * as fast as the rows would be through pg's own parser. `$first`, `$first + 1` and `$first + 2` are the starts of
 * the hours, days and weeks.
 *
 * Rejected: `unnest` of ranges (0.8 ms a query against 0.36: planned each time, or a hash join when
 * not), `record_send` (as fast, but a format of its own), rows through pg (0.8 ms).
 */
export const selectWindows = (
  { windows, totals }: Tables,
  columns: readonly WindowColumn[],
  {
    first,
    where,
    isTotal = false,
  }: { readonly first: number; readonly where: string; readonly isTotal?: boolean },
): string =>
  granularities
    .map((granularity, i) => {
      const fields = columns.map((column) => jsonField[column.type](`w.${column.name}`))
      const pattern = isTotal ? 'null' : 'w.pattern_id'
      return `
select json_build_array(${[pattern, `extract(epoch from w.window_start)::float8 * 1000`, ...fields].join(', ')}) as x
from ${(isTotal ? totals : windows)[granularity]} w
where w.window_start = any($${first + i}::timestamptz[]) and ${where}`
    })
    .join('\nunion all')

/** The three parameters of `selectWindows`. */
export const windowRunParameters = (runs: readonly WindowRun[]): Buffer[] =>
  granularities.map((granularity) =>
    timestamptzArray(
      runs.filter((run) => run.granularity === granularity).flatMap((run) => [...windowStarts(run)]),
    ),
  )

/** The rows that `json_agg` of `selectWindows` gave. */
export const windowsFromJson = (
  rows: readonly WindowJson[] | null,
  columns: readonly WindowColumn[],
): WindowRow[] =>
  (rows ?? []).map(([patternId, start, ...values]) => {
    const state = zeroWindow()
    for (const [i, column] of columns.entries()) column.set(state, readField[column.type](values[i]!))
    return { patternId, start, state }
  })
