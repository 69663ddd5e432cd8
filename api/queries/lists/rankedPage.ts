import sql, { join, type Sql } from 'sql-template-tag'
import type { Page, RankedPlace } from '../../values/page.ts'

/** What a list is ordered by, least first: numbers, the first counting most. As `place` among the columns of a list. */
export const placeOf = (values: readonly Sql[]): Sql => sql`array[${join(values)}]::float8[] as place`

/** Selects one page of rows that have a `place` and a `pattern_id`, and one row more if there are others after it. */
export const selectRankedPage = (rows: Sql, after: RankedPlace | undefined, limit: number): Sql => {
  const isAfter =
    after === undefined ? sql`true` : sql`(place, pattern_id) > (${after[0]}::float8[], ${after[1]}::uuid)`
  return sql`select * from (${rows}) as ranked where ${isAfter} order by place, pattern_id limit ${limit + 1}`
}

/** The page that these rows are, and where it ends. */
export const rankedPage = <Row extends { readonly pattern_id: string; readonly place: readonly number[] }>(
  rows: readonly Row[],
  limit: number,
): Page<Row, RankedPlace> => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items,
    end: rows.length > limit && last !== undefined ? [last.place, last.pattern_id] : null,
  }
}
