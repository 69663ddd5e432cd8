import sql, { type Sql } from 'sql-template-tag'
import type { PagePlace } from '../../values/page.ts'

/** What a list is ordered by: an expression, and the type that it has in SQL. Ties are broken by id. */
export interface Order {
  readonly value: Sql
  readonly type: 'float8' | 'text'
  readonly descending: boolean
}

/** Texts in the order of their code points, whatever the database's collation is. */
const comparable = ({ value, type }: Order): Sql =>
  type === 'text' ? sql`(${value}) collate "C"` : sql`(${value})::float8`

/** The value that a page's cursor carries: as `sort_value` among the columns of a list. */
export const sortValue = (order: Order): Sql => sql`${comparable(order)} as sort_value`

/** `order by` of a list: missing values come last in either direction. */
export const orderBy = ({ descending }: Order): Sql =>
  descending
    ? sql`order by sort_value desc nulls last, pattern_id`
    : sql`order by sort_value asc nulls last, pattern_id`

/** Which rows come after the last one of the page before, if there was one. */
export const isAfter = ({ descending, type }: Order, after: PagePlace | undefined): Sql => {
  if (after === undefined) return sql`true`
  const [value, id] = after
  if (value === null) return sql`(sort_value is null and pattern_id > ${id}::uuid)`
  const last = type === 'text' ? sql`${value}::text` : sql`${value}::float8`
  const isBeyond = descending ? sql`sort_value < ${last}` : sql`sort_value > ${last}`
  return sql`(${isBeyond} or (sort_value = ${last} and pattern_id > ${id}::uuid) or sort_value is null)`
}
