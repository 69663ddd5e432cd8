import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '@patterns/shared/logger.ts'
import { StartError } from '@patterns/shared/runProcess.ts'
import { SettingsError } from '@patterns/shared/settings/readSettings.ts'
import pg from 'pg'
import { startEmbeddedPostgres } from './embeddedPostgres.ts'
import type { EmbeddedPostgres } from './embeddedPostgres.ts'
import { keepRunning } from './keepRunning.ts'
import { migrate } from './migrate.ts'

export interface OpenDatabaseOptions {
  /** A real server's database; if absent an embedded one is started. */
  readonly databaseUrl: string | undefined
  /** Absolute; the embedded data is in its folder `postgres`. */
  readonly dataDir: string
  readonly stopping: AbortSignal
  readonly logger: Logger
}

export interface OpenDatabase {
  readonly url: string
  /** Stops the embedded server; does nothing to a real one. Idempotent. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
}

const databaseName = 'pattern_dashboard'

/** The API is at 8053 and the processor at 8054. */
const preferredPort = 8055

/**
 * Makes the database ready for use: reachable and migrated.
 * @throws SettingsError if `DATABASE_URL` leads nowhere
 */
export const openDatabase = async (options: OpenDatabaseOptions): Promise<OpenDatabase> => {
  const { databaseUrl, logger } = options
  const database = databaseUrl === undefined ? await openEmbedded(options) : await openReal(databaseUrl)
  try {
    const migrations = await migrate({ databaseUrl: database.url })
    if (migrations.length > 0) logger.info({ migrations }, 'migrated the database')
    return database
  } catch (error) {
    await database.stop()
    throw new StartError(`the database could not be migrated: ${(error as Error).message}`, { cause: error })
  }
}

const openReal = async (url: string): Promise<OpenDatabase> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    throw new SettingsError(`DATABASE_URL: the database cannot be reached (${message || code})`)
  }
  await client.end()
  return { url, stop: async () => {} }
}

const openEmbedded = async ({ dataDir, stopping, logger }: OpenDatabaseOptions): Promise<OpenDatabase> => {
  const start = (port: number): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({
      dataDir: join(dataDir, 'postgres'),
      preferredPort: port,
      onLog: (line) => logger.debug({ process: 'postgres' }, line),
    })
  const first = await start(preferredPort).catch((error: Error) => {
    throw new StartError(error.message, { cause: error })
  })
  const url = first.url(databaseName)
  // For the operator's commands, which find the running database there.
  const urlFile = join(dataDir, 'postgres.url')
  try {
    await createDatabase(first.url('postgres'))
    rmSync(urlFile, { force: true })
    writeFileSync(urlFile, `${url}\n`, { mode: 0o600 })
  } catch (error) {
    await first.stop()
    throw error
  }
  logger.info({ port: first.port, data: join(dataDir, 'postgres') }, 'PostgreSQL runs')
  const restart = async () => {
    const server = await start(first.port)
    if (server.port === first.port) return server
    await server.stop()
    throw new Error(`port ${first.port} was taken by another program`)
  }
  const stopped = new AbortController()
  const ending = AbortSignal.any([stopping, stopped.signal])
  const current = keepRunning({ name: 'postgres', first, restart, stopping: ending, logger })
  return {
    url,
    async stop(mode) {
      stopped.abort()
      await current().stop(mode)
      rmSync(urlFile, { force: true })
    },
  }
}

const createDatabase = async (serverUrl: string): Promise<void> => {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [databaseName])
    if (rowCount === 0) await client.query(`create database ${databaseName}`)
  } finally {
    await client.end()
  }
}
