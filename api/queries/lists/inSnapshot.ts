import type pg from 'pg'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'

/**
 * Reads in one snapshot, so that all statements of `work` see one moment. It takes a connection for as long as it lasts.
 */
export const inSnapshot = async <Result>(
  pool: pg.Pool,
  work: (database: Queryable) => Promise<Result>,
): Promise<Result> => {
  const client = await pool.connect()
  let broken: Error | undefined
  // A connection that breaks between two statements emits an error that nothing else handles.
  const breakOff = (error: Error): void => void (broken = error)
  client.on('error', breakOff)
  try {
    await client.query('begin isolation level repeatable read read only')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => (broken = rollbackError))
    throw error
  } finally {
    client.off('error', breakOff)
    client.release(broken)
  }
}
