import type pg from 'pg'
import { SettingsError } from '../settings/readSettings.ts'

const undefinedTable = '42P01'

/** What Node and pg say; a refused connection to a name with several addresses has a code and no words. */
const wordsOf = ({ message, code }: Error & { code?: unknown }): string => message || String(code)

/**
 * Makes sure that a process can begin with its database.
 * @throws SettingsError, one line, where it cannot be reached or has no tables of ours
 */
export const requireMigrated = async (pool: Pick<pg.Pool, 'query'>): Promise<void> => {
  await pool
    .query('select 1 from projection_checkpoints limit 1')
    .catch((error: Error & { code?: unknown }) => {
      throw new SettingsError(
        error.code === undefinedTable
          ? 'DATABASE_URL leads to a database without tables of ours: "npm run cli -- migrate" makes them'
          : `DATABASE_URL: the database cannot be reached (${wordsOf(error)})`,
        { cause: error },
      )
    })
}
