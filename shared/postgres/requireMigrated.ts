import type pg from 'pg'
import { SettingsError } from '../settings/readSettings.ts'
import { findSchemaFault } from './schemaFault.ts'

/** What Node and pg say; a refused connection to a name with several addresses has a code and no words. */
const wordsOf = ({ message, code }: Error & { code?: unknown }): string => message || String(code)

/**
 * Makes sure that a process can begin with its database: the schema is the one that the code was written for.
 * @throws SettingsError, one line, if it cannot be reached, or its schema is older or newer
 */
export const requireMigrated = async (
  pool: Pick<pg.Pool, 'query'>,
  shipped?: readonly string[],
): Promise<void> => {
  const fault = await findSchemaFault(pool, shipped).catch((error: Error & { code?: unknown }) => {
    throw new SettingsError(`DATABASE_URL: the database cannot be reached (${wordsOf(error)})`, {
      cause: error,
    })
  })
  if (fault === undefined) return
  const remedy = fault.isFixedByMigrating
    ? 'run "npm run cli -- migrate"'
    : 'run the version that migrated it, or a newer one'
  throw new SettingsError(`DATABASE_URL: the database ${fault.words}; ${remedy}`)
}
