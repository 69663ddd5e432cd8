import { administer, createTestDatabase } from '@patterns/testing/database.ts'
import { expect, inject, it } from 'vitest'
import { createPool } from './pool.ts'
import { requireMigrated } from './requireMigrated.ts'

const requireAt = async (connectionString: string): Promise<void> => {
  const pool = createPool({ connectionString, applicationName: 'test', onIdleError: () => {} })
  try {
    await requireMigrated(pool)
  } finally {
    await pool.end()
  }
}

it('a migrated database is enough to begin with', async () => {
  const database = await createTestDatabase()
  await expect(requireAt(database.url)).resolves.toBeUndefined()
  await database.drop()
})

it('one without our tables is refused, with the command that makes them', async () => {
  const server = inject('postgresUrl')
  await administer(server, 'create database not_migrated')
  const url = Object.assign(new URL(server), { pathname: '/not_migrated' }).href
  await expect(requireAt(url)).rejects.toThrow(
    'DATABASE_URL leads to a database without tables of ours: "npm run cli -- migrate" makes them',
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
