import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '@patterns/testing/database.ts'
import type { TestDatabase } from '@patterns/testing/database.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from './migrate.ts'

let folder: string
let database: TestDatabase
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'patterns-migrations-'))
  database = await createTestDatabase()
  await database.pool.query('drop table schema_migrations')
})
afterEach(async () => {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

const write = (name: string, sql: string) => writeFileSync(join(folder, name), `-- Up Migration\n${sql}\n`)
const run = () => migrate({ databaseUrl: database.url, folder })
const tables = async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select tablename as name from pg_tables where tablename in ('one', 'two', 'three') order by tablename`,
  )
  return rows.map(({ name }) => name)
}

describe('the migrations', () => {
  it('run once each, in the order of their numbers', async () => {
    write('002_two.sql', 'create table two as table one;')
    write('001_one.sql', 'create table one (value integer);')
    writeFileSync(join(folder, 'README.md'), 'not SQL')
    expect(await run()).toEqual(['001_one', '002_two'])
    expect(await run()).toEqual([])
    write('003_three.sql', 'create table three (value integer);')
    expect(await run()).toEqual(['003_three'])
    expect(await tables()).toEqual(['one', 'three', 'two'])
  })

  it('run once if several processes start together', async () => {
    write('001_one.sql', 'create table one (value integer); select pg_sleep(0.1);')
    const all = await Promise.all([run(), run(), run()])
    expect(all.flat()).toEqual(['001_one'])
  })

  it('change nothing if one of them fails', async () => {
    write('001_one.sql', 'create table one (value integer);')
    write('002_two.sql', 'create table two (value integr);')
    await expect(run()).rejects.toThrow(/type "integr" does not exist/)
    expect(await tables()).toEqual([])
  })

  it('refuse one that was put in before one already run', async () => {
    write('002_two.sql', 'create table two (value integer);')
    await run()
    write('001_one.sql', 'create table one (value integer);')
    await expect(run()).rejects.toThrow(/001_one/)
    expect(await tables()).toEqual(['two'])
  })

  it('refuse a database that a newer version migrated', async () => {
    write('001_one.sql', 'create table one (value integer);')
    write('002_two.sql', 'create table two (value integer);')
    await run()
    rmSync(join(folder, '002_two.sql'))
    await expect(run()).rejects.toThrow(/ahead of this version.*002_two/)
  })
})
