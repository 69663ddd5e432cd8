import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

export interface TestDatabase {
  readonly url: string
  /** A plain pool on it, with node-postgres' own parsers. Made when first asked for. */
  readonly pool: pg.Pool
  /** Ends the pool and every other connection, and drops the database. Idempotent. */
  drop(): Promise<void>
}

/** The database that all others are cloned from: migrated, empty, and closed to connections. */
export const templateDatabase = 'pattern_dashboard_template'

/**
 * A new, migrated, empty database on the suite's Postgres, cloned in about 50 ms. Whoever makes
 * it drops it; what is left at the end goes with the server.
 */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const server = inject('postgresUrl')
  const name = `test_${randomBytes(8).toString('hex')}`
  // Without fsync file_copy takes a third of the time of wal_log: 50 against 166 ms.
  await administer(server, `create database ${name} template ${templateDatabase} strategy file_copy`)
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  let pool: pg.Pool | undefined
  let dropped: Promise<void> | undefined
  return {
    url,
    get pool() {
      pool ??= new pg.Pool({ connectionString: url, max: 4 }).on('error', () => {})
      return pool
    },
    drop() {
      dropped ??= (async () => {
        // Not awaited: it would wait for a client that a failed test never gave back.
        void pool?.end()
        await administer(server, `drop database ${name} with (force)`)
      })()
      return dropped
    },
  }
}

/** Runs one statement on the server's own database. */
export const administer = async (serverUrl: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
