import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where this version of the program has its migrations. */
export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Their names, as the database keeps them of those that it has, in order. */
export const shippedMigrations = (folder = migrationsFolder): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .toSorted()
