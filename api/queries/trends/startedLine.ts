import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { raw, type Sql } from 'sql-template-tag'

/** A line, and the start of the window that its index 0 stands for, epoch milliseconds. */
export interface StartedLine<Line = TrendLine | InsufficientData> {
  readonly start: number
  readonly line: Line
}

/** The columns of a line, with their types. All but the first two are null if there are too few points for one. */
export const lineColumns: Readonly<Record<string, string>> = {
  start: 'timestamptz',
  points: 'int4',
  span: 'int4',
  slope: 'float8',
  intercept: 'float8',
  r_squared: 'float8',
  mean: 'float8',
  s: 'int4',
  variance: 'float8',
  p: 'float8',
}

export const lineColumnNames: Sql = raw(Object.keys(lineColumns).join(', '))

/** A row that has the columns of a line. */
export interface LineRow {
  readonly start: Date
  readonly points: number
  readonly span: number | null
  readonly slope: number | null
  readonly intercept: number | null
  readonly r_squared: number | null
  readonly mean: number | null
  readonly s: number | null
  readonly variance: number | null
  readonly p: number | null
}

/** The line of a row that has one. */
export const measuredLine = (row: LineRow): StartedLine<TrendLine> => ({
  start: row.start.getTime(),
  line: {
    status: 'measured',
    points: row.points,
    span: row.span!,
    slope: row.slope!,
    intercept: row.intercept!,
    rSquared: row.r_squared,
    mean: row.mean!,
    s: row.s!,
    variance: row.variance!,
    p: row.p!,
  },
})

/** A line as a JSON object, for SQL to read it as a row. */
export const jsonLine = (patternId: string, { start, line }: StartedLine) => ({
  pattern_id: patternId,
  start: new Date(start),
  ...line,
  ...(line.status === 'measured' ? { r_squared: line.rSquared } : {}),
})
