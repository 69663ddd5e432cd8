import sql, { join, raw, type Sql } from 'sql-template-tag'
import type { Page, RankedPlace } from '../../values/page.ts'

/** What a list is ordered by, ascending: numbers, of which the first counts most. */
export type Ranking = readonly Sql[]

const columnsOf = (ranking: Ranking): readonly string[] => ranking.map((_, i) => `place_${i + 1}`)

/** These numbers among the columns of a list. */
export const placeColumns = (ranking: Ranking): Sql => {
  const columns = columnsOf(ranking)
  return sql`${join(ranking.map((value, i) => sql`(${value})::float8 as ${raw(columns[i]!)}`))}`
}

/** The columns of the order, of `rows`: as fast as it gets, which an array of them is not. */
export const rankedOrder = (ranking: Ranking, rows: string): Sql =>
  raw([...columnsOf(ranking), 'pattern_id'].map((column) => `${rows}.${column}`).join(', '))

/** Selects one page of rows that have the columns of a place and a `pattern_id`, and one row more if others follow. */
export const selectRankedPage = (
  ranking: Ranking,
  rows: Sql,
  after: RankedPlace | undefined,
  limit: number,
): Sql => {
  const order = rankedOrder(ranking, 'ranked')
  const isAfter =
    after === undefined
      ? sql`true`
      : sql`(${order}) > (${join(after[0].map((value) => sql`${value}::float8`))}, ${after[1]}::uuid)`
  return sql`select * from (${rows}) as ranked where ${isAfter} order by ${order} limit ${limit + 1}`
}

/** The page that these rows are, and where it ends. */
export const rankedPage = <Row extends { readonly pattern_id: string }>(
  ranking: Ranking,
  rows: readonly Row[],
  limit: number,
): Page<Row, RankedPlace> => {
  const items = rows.slice(0, limit)
  const last = items.at(-1) as (Row & Readonly<Record<string, number>>) | undefined
  return {
    items,
    end:
      rows.length > limit && last !== undefined
        ? [columnsOf(ranking).map((column) => last[column]!), last.pattern_id]
        : null,
  }
}
