import sql, { type Sql } from 'sql-template-tag'
import type { Page, PagePlace, SortValue } from '../../values/page.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { isAfter, type Order, orderBy, sortValue } from './keyset.ts'
import { prepared } from './statement.ts'

export interface PageAsked {
  readonly columns: Sql
  readonly from: Sql
  readonly where: Sql
  readonly order: Order
  readonly after?: PagePlace | undefined
  readonly limit: number
}

/** A row of a list with the value that it is ordered by. */
export interface SortedRow {
  readonly pattern_id: string
  readonly sort_value: SortValue
}

/** The page that these rows are: as many as there may be on it, and one more if there are others after it. */
export const pageOf = <Row extends SortedRow>(rows: readonly Row[], limit: number): Page<Row> => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items,
    end: rows.length > limit && last !== undefined ? [last.sort_value, last.pattern_id] : null,
  }
}

/** One page of a list, in its order. The rows have a `pattern_id` among their columns. */
export const readPage = async <Row extends { readonly pattern_id: string }>(
  database: Queryable,
  { columns, from, where, order, after, limit }: PageAsked,
): Promise<Page<Row>> => {
  const { rows } = await database.query<Row & SortedRow>(
    prepared(sql`
select * from (select ${columns}, ${sortValue(order)} from ${from} where ${where}) as listed
where ${isAfter(order, after)} ${orderBy(order)} limit ${limit + 1}`),
  )
  return pageOf(rows, limit)
}

/** The same page of something else. */
export const mapPage = <From, To, Place>(
  { items, end }: Page<From, Place>,
  map: (item: From) => To,
): Page<To, Place> => ({
  items: items.map(map),
  end,
})
