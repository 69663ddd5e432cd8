import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { findSchemaFault, type SchemaFault } from '@patterns/shared/postgres/schemaFault.ts'
import { timeLimits } from '@patterns/shared/postgres/timeLimits.ts'
import type pg from 'pg'
import type { CliContext, CliSettings } from './context.ts'
import { describeError } from './describeError.ts'
import { RefusedError } from './exitCode.ts'

/** The launcher writes the URL of its embedded Postgres there while it runs. */
const urlFile = (settings: CliSettings): string => join(settings.DATA_DIR, 'postgres.url')

const findUrl = async (settings: CliSettings): Promise<string> => {
  if (settings.DATABASE_URL !== undefined) return settings.DATABASE_URL
  try {
    return (await readFile(urlFile(settings), 'utf8')).trim()
  } catch {
    throw new RefusedError(
      `No database: run "npm start" first (nothing runs in ${settings.DATA_DIR}), or set DATABASE_URL`,
      { exitCode: 2 },
    )
  }
}

const refusal = (message: string): RefusedError => new RefusedError(message, { exitCode: 2 })

const unreachable = (error: unknown, settings: CliSettings): RefusedError => {
  const remedy =
    settings.DATABASE_URL === undefined
      ? `run "npm start" (${urlFile(settings)} is left over from an earlier run)`
      : 'check DATABASE_URL'
  return refusal(`The database cannot be reached, ${remedy}: ${describeError(error)}`)
}

const otherSchema = (fault: SchemaFault, settings: CliSettings): RefusedError => {
  if (!fault.isFixedByMigrating)
    return refusal(`The database ${fault.words}; run the version that migrated it, or a newer one`)
  const command = settings.DATABASE_URL === undefined ? 'npm start' : 'npm run cli -- migrate'
  return refusal(`The database ${fault.words}: run "${command}" to migrate it`)
}

interface Access {
  readonly access: 'owner' | 'reader'
  /** Whether the schema must be that of this version. */
  readonly mustBeMigrated: boolean
}

const withPool = async <Result>(
  context: CliContext,
  { access, mustBeMigrated }: Access,
  work: (pool: pg.Pool) => Promise<Result>,
): Promise<Result> => {
  const settings = context.settings()
  const pool = createPool({
    connectionString: await findUrl(settings),
    applicationName: 'pattern-dashboard-cli',
    max: 4,
    limits: timeLimits.command,
    access,
    onIdleError: () => {},
  })
  try {
    const fault = await findSchemaFault(pool).catch((error: unknown) => {
      throw unreachable(error, settings)
    })
    if (mustBeMigrated && fault !== undefined) throw otherSchema(fault, settings)
    return await work(pool)
  } finally {
    await pool.end()
  }
}

/** Makes sure that the database answers, migrated or not. @throws RefusedError if it does not */
export const reachDatabase = (context: CliContext): Promise<void> =>
  withPool(context, { access: 'owner', mustBeMigrated: false }, async () => {})

/**
 * Runs work on the database that the settings lead to, and lets go of it afterwards.
 * @param access `reader` can only select; a command that changes something says so
 * @throws RefusedError if there is no database, or it is not ours
 */
export const withDatabase = <Result>(
  context: CliContext,
  work: (pool: pg.Pool) => Promise<Result>,
  access: 'owner' | 'reader' = 'reader',
): Promise<Result> => withPool(context, { access, mustBeMigrated: true }, work)
