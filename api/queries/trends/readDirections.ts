import type { Direction } from '@patterns/projections/analytics/direction.ts'
import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { lineExpression, lineFromJson, type LineJson } from '@patterns/read-model/reading/selectLines.ts'
import sql, { raw, type Sql } from 'sql-template-tag'
import { prepared } from '../lists/statement.ts'
import { judgedColumns, judgedLines } from './judgedLines.ts'

/** A line with the verdict on it. */
export type DirectedLine = (TrendLine & { readonly direction: Direction }) | InsufficientData

interface DirectionRow {
  readonly pattern_id: string
  readonly line: LineJson
  readonly direction: Direction | null
}

/**
 * The lines of some patterns by id, each judged among those of all that are listed; `lines` is a relation of lines and
 * `listed` selects ids. A pattern that was not observed has none.
 */
export const readDirections = async (
  database: Queryable,
  lines: Sql,
  { listed, of }: { readonly listed: Sql; readonly of: readonly string[] },
): Promise<ReadonlyMap<string, DirectedLine>> => {
  const narrow = sql`(select pattern_id, ${raw(judgedColumns)} from lines) as narrow`
  const { rows } = await database.query<DirectionRow>(
    prepared(sql`
with lines as materialized (select * from ${lines} where pattern_id in (${listed})),
judged as (select pattern_id, direction from (${judgedLines(narrow)}) as judged)
select pattern_id, ${raw(lineExpression('lines'))} as line, direction
from lines left join judged using (pattern_id) where pattern_id = any(${of}::uuid[])`),
  )
  return new Map(
    rows.map((row) => {
      const line = lineFromJson(row.line)
      return [row.pattern_id, line.status === 'measured' ? { ...line, direction: row.direction! } : line]
    }),
  )
}
