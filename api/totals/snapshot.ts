import type pg from 'pg'
import type { Queryable } from '../read/queryable.ts'

/** Reads of one moment, each on a connection of its own. */
export interface SnapshotReader extends Queryable {
  /** Lends a connection that reads in the snapshot, for what one statement cannot say. */
  lend<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result>
}

/** The database as it was at one instant: everything read through it is of the same moment. */
export interface Snapshot extends SnapshotReader {
  /** The connection that keeps the snapshot, for bulk reads. */
  readonly client: pg.PoolClient
  /** Whether it was closed or its connection broke. */
  readonly isClosed: boolean
  /** Ends the transaction and gives the connection back. Idempotent. */
  close(): Promise<void>
}

const begin = 'begin isolation level repeatable read read only'

/**
 * Takes a snapshot and keeps it until it is closed. Other connections read in it as well, since a
 * transaction may share its snapshot for as long as it is open (`pg_export_snapshot`).
 */
export const takeSnapshot = async (pool: pg.Pool): Promise<Snapshot> => {
  const client = await pool.connect()
  let isClosed = false
  let broken: Error | undefined
  client.on('error', breakOff)
  function breakOff(error: Error): void {
    broken = error
    isClosed = true
  }
  const giveBack = (): void => {
    client.off('error', breakOff)
    client.release(broken)
  }
  let id: string
  try {
    await client.query(begin)
    const { rows } = await client.query<{ id: string }>('select pg_export_snapshot() as id')
    id = rows[0]!.id
  } catch (error) {
    broken = error as Error
    giveBack()
    throw error
  }
  const lend: SnapshotReader['lend'] = async (work) => {
    const reader = await pool.connect()
    let failed: Error | undefined
    try {
      // The id is Postgres' own: hexadecimal digits and dashes.
      await reader.query(`${begin}; set transaction snapshot '${id}'`)
      const result = await work(reader)
      await reader.query('commit')
      return result
    } catch (error) {
      await reader.query('rollback').catch((rollbackError: Error) => (failed = rollbackError))
      throw error
    } finally {
      reader.release(failed)
    }
  }
  let closing: Promise<void> | undefined
  return {
    client,
    get isClosed() {
      return isClosed
    },
    lend,
    query: <Row extends pg.QueryResultRow>(config: pg.QueryConfig) =>
      lend((reader) => reader.query<Row>(config)),
    close() {
      isClosed = true
      closing ??= client
        .query('commit')
        .catch((error: Error) => (broken = error))
        .then(giveBack)
      return closing
    },
  }
}
