import type pg from 'pg'

/** What runs a single statement: a pool, a connection, or what bounds one of them. */
export interface Reader {
  query<Row extends pg.QueryResultRow>(config: pg.QueryConfig): Promise<pg.QueryResult<Row>>
}
