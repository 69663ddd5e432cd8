import { findSchemaFault } from '@patterns/shared/postgres/schemaFault.ts'
import { migrationsFolder, shippedMigrations } from '@patterns/shared/postgres/shippedMigrations.ts'
import { runner } from 'node-pg-migrate'
import pg from 'pg'

export interface MigrateOptions {
  readonly databaseUrl: string
  /** Where the `*.sql` files are. Default: this repository's. */
  readonly folder?: string
}

const silent = { info: () => {}, warn: () => {}, error: () => {} }

/**
 * Brings the schema up to date: each file of the folder that was not run yet, in the order of its number, all
 * in one transaction and under a lock, so that processes which start together migrate once. Forward only.
 * @returns the names of the migrations that ran
 * @throws if one fails (none of them is applied then), a file was put in before one already run, or the database is
 * ahead of this code
 */
export const migrate = async ({
  databaseUrl,
  folder = migrationsFolder,
}: MigrateOptions): Promise<string[]> => {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'pattern-dashboard migrate',
    connectionTimeoutMillis: 5_000,
    // A migration may take long, but not on a connection that is gone.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  })
  // Without a listener a connection that breaks would end the process; the query under way rejects as well.
  client.on('error', () => {})
  await client.connect()
  try {
    const ran = await runner({
      dbClient: client,
      dir: folder,
      ignorePattern: String.raw`(?!.*\.sql$).*`,
      migrationsTable: 'schema_migrations',
      direction: 'up',
      checkOrder: true,
      singleTransaction: true,
      advisoryLockMode: 'wait',
      logger: silent,
    })
    await refuseUnknown(client, folder)
    return ran.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

const refuseUnknown = async (client: pg.Client, folder: string): Promise<void> => {
  const fault = await findSchemaFault(client, shippedMigrations(folder))
  if (fault !== undefined) throw new Error(`the database ${fault.words}`)
}
