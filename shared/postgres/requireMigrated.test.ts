import { administer, createTestDatabase } from '@patterns/testing/database.ts'
import { expect, inject, it } from 'vitest'
import { createPool } from './pool.ts'
import { requireMigrated } from './requireMigrated.ts'
import { shippedMigrations } from './shippedMigrations.ts'

const requireAt = async (connectionString: string, shipped?: readonly string[]): Promise<void> => {
  const pool = createPool({ connectionString, applicationName: 'test', onIdleError: () => {} })
  try {
    await requireMigrated(pool, shipped)
  } finally {
    await pool.end()
  }
}

it('a database that has the migrations of the program is enough to begin with, and no other', async () => {
  const database = await createTestDatabase()
  const shipped = shippedMigrations()
  expect(shipped[0]).toBe('001_event_log')
  await expect(requireAt(database.url)).resolves.toBeUndefined()
  await expect(requireAt(database.url, [...shipped, '998_later', '999_last'])).rejects.toThrow(
    'DATABASE_URL: the database lacks 998_later, 999_last; run "npm run cli -- migrate"',
  )
  // A column that the code does not know of may well be one that it must write.
  await expect(requireAt(database.url, shipped.slice(0, -1))).rejects.toThrow(
    `DATABASE_URL: the database is ahead of this version of the program: it has ${shipped.at(-1)}; run the version`,
  )
  await database.drop()
})

it('one without our tables is refused, with the command that makes them', async () => {
  const server = inject('postgresUrl')
  await administer(server, 'create database not_migrated')
  const url = Object.assign(new URL(server), { pathname: '/not_migrated' }).href
  await expect(requireAt(url)).rejects.toThrow(
    'DATABASE_URL: the database has no tables of ours yet; run "npm run cli -- migrate"',
  )
  await administer(server, 'drop database not_migrated with (force)')
})

it.each(['127.0.0.1', 'localhost'])('one that does not answer at %s is refused', async (host) => {
  await expect(requireAt(`postgres://${host}:1/none`)).rejects.toThrow(
    /^DATABASE_URL: the database cannot be reached \(.*ECONNREFUSED.*\)$/,
  )
})

it('what says no words is told by its code', async () => {
  const query = () => Promise.reject(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))
  await expect(requireMigrated({ query } as never)).rejects.toThrow(
    'DATABASE_URL: the database cannot be reached (ECONNREFUSED)',
  )
})
