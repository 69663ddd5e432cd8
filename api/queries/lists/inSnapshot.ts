import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'

/**
 * Reads in one snapshot, so that all statements of `work` see one moment. It takes a connection for as long as it lasts.
 */
export const inSnapshot = <Result>(
  pool: pg.Pool,
  work: (database: Queryable) => Promise<Result>,
): Promise<Result> => transaction(pool, work, 'begin isolation level repeatable read read only')
