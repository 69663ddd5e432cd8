import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { lineColumns } from '@patterns/read-model/reading/selectLines.ts'
import sql, { raw, type Sql } from 'sql-template-tag'

/** A line, and the start of the window that its index 0 stands for, epoch milliseconds. */
export interface StartedLine<Line = TrendLine | InsufficientData> {
  readonly start: number
  readonly line: Line
}

const columns = Object.entries({ start: 'timestamptz', ...lineColumns })

/** The columns of a line and its start. */
export const startedColumns: Sql = raw(columns.map(([name]) => name).join(', '))

const record = raw(['pattern_id uuid', ...columns.map(([name, type]) => `${name} ${type}`)].join(', '))

/** Lines by pattern as rows of SQL; named `line`. */
export const rowsOfLines = (lines: ReadonlyMap<string, StartedLine>): Sql => {
  const rows = [...lines].map(([id, { start, line }]) => ({
    ...line,
    pattern_id: id,
    start: new Date(start),
    r_squared: line.status === 'measured' ? line.rSquared : null,
  }))
  return sql`json_to_recordset(${JSON.stringify(rows)}::json) as line (${record})`
}
