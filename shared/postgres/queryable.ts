import type pg from 'pg'

/** Whatever a statement can be sent to: the pool, a connection, or a snapshot. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(config: pg.QueryConfig): Promise<pg.QueryResult<Row>>
}
