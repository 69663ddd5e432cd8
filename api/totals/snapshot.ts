import { isTransient } from '@patterns/shared/postgres/isTransient.ts'
import type pg from 'pg'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'

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
 * Begins a snapshot. Answers by which id other connections can read in it, or `undefined` if the server cannot tell
 * them: that takes a file, which a full disk has no room for.
 */
const beginSnapshot = async (client: pg.PoolClient): Promise<string | undefined> => {
  await client.query(begin)
  try {
    const { rows } = await client.query<{ id: string }>('select pg_export_snapshot() as id')
    return rows[0]!.id
  } catch {
    await client.query('rollback')
    await client.query(begin)
    return undefined
  }
}

/** Another connection that reads in the snapshot of this id; `undefined` if the server does not find it. */
const joinSnapshot = async (pool: pg.Pool, id: string): Promise<pg.PoolClient | undefined> => {
  const reader = await pool.connect()
  try {
    // The id is Postgres' own: hexadecimal digits and dashes.
    await reader.query(`${begin}; set transaction snapshot '${id}'`)
    return reader
  } catch (error) {
    reader.release(error as Error)
    if (isTransient(error)) throw error
    return undefined
  }
}

/** Runs work in a transaction that others use as well: a statement that fails is undone alone. */
const undoAlone = async <Result>(
  client: pg.PoolClient,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> => {
  await client.query('savepoint lent')
  try {
    return await work(client)
  } catch (error) {
    await client.query('rollback to savepoint lent')
    throw error
  }
}

/**
 * Takes a snapshot and keeps it until it is closed. Other connections read in it as well, since a
 * transaction may share its snapshot for as long as it is open (`pg_export_snapshot`). If they cannot, all read on the
 * one that keeps it, in turn: slower, and right.
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
  let id: string | undefined
  try {
    id = await beginSnapshot(client)
  } catch (error) {
    broken = error as Error
    giveBack()
    throw error
  }
  let turn: Promise<unknown> = Promise.resolve()
  let closing: Promise<void> | undefined
  const lendInTurn: SnapshotReader['lend'] = async (work) => {
    if (closing !== undefined) throw broken ?? new Error('The snapshot is closed')
    const mine = turn.then(() => undoAlone(client, work))
    turn = mine.catch(() => {})
    return mine
  }
  const lend: SnapshotReader['lend'] = async (work) => {
    const reader = id === undefined ? undefined : await joinSnapshot(pool, id)
    if (reader === undefined) return lendInTurn(work)
    let failed: Error | undefined
    try {
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
      closing ??= turn
        .then(() => client.query('commit'))
        .catch((error: Error) => (broken = error))
        .then(giveBack)
      return closing
    },
  }
}
