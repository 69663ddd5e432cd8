import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { runCli } from '../testing/runCli.ts'

const name = `migrate_${process.pid}`

describe('migrate', () => {
  let admin: pg.Client
  let url: string

  beforeAll(async () => {
    admin = new pg.Client({ connectionString: inject('postgresUrl') })
    await admin.connect()
    await admin.query(`create database ${name}`)
    url = Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href
  })
  afterAll(async () => {
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  })

  it('makes the tables of an empty database, and has nothing to do the second time', async () => {
    const first = await runCli(['migrate'], { env: { DATABASE_URL: url } })
    expect(first.stdout).toContain('Migrated 001_event_log')
    const second = await runCli(['migrate'], { env: { DATABASE_URL: url } })
    expect(second.stdout).toBe('The schema is up to date.\n')
    expect(second.code).toBe(0)
  })

  it('says that the database cannot be reached as every command does', async () => {
    const run = await runCli(['migrate'], { env: { DATABASE_URL: 'postgres://127.0.0.1:1/none' } })
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: The database cannot be reached, check DATABASE_URL: [^\n]+\n$/),
    })
  })

  it('asks for DATABASE_URL if it is not set', async () => {
    const run = await runCli(['migrate'])
    expect(run.code).toBe(2)
    expect(run.stderr).toContain('DATABASE_URL must be set')
  })
})
