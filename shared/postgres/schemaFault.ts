import type pg from 'pg'
import { shippedMigrations } from './shippedMigrations.ts'

/** Why a schema is not the one that this version of the program needs. */
export interface SchemaFault {
  /** To be read after "the database". */
  readonly words: string
  /** Whether migrating fixes it; if not, the program is older than the database. */
  readonly isFixedByMigrating: boolean
}

const undefinedTable = '42P01'

const appliedMigrations = async (pool: Pick<pg.Pool, 'query'>): Promise<string[]> => {
  try {
    const { rows } = await pool.query<{ name: string }>('select name from schema_migrations order by id')
    return rows.map(({ name }) => name)
  } catch (error) {
    if ((error as { code?: unknown }).code === undefinedTable) return []
    throw error
  }
}

/**
 * Compares the migrations that a database has with those that this version of the program ships. `undefined` if they
 * are the same. Rejects if the database cannot be asked.
 */
export const findSchemaFault = async (
  pool: Pick<pg.Pool, 'query'>,
  shipped: readonly string[] = shippedMigrations(),
): Promise<SchemaFault | undefined> => {
  const applied = new Set(await appliedMigrations(pool))
  const unknown = [...applied].filter((name) => !shipped.includes(name))
  if (unknown.length > 0)
    return {
      words: `is ahead of this version of the program: it has ${unknown.join(', ')}`,
      isFixedByMigrating: false,
    }
  const missing = shipped.filter((name) => !applied.has(name))
  if (missing.length === 0) return undefined
  return {
    words: applied.size === 0 ? 'has no tables of ours yet' : `lacks ${missing.join(', ')}`,
    isFixedByMigrating: true,
  }
}
