import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { compileCache } from '@patterns/testing/compileCache.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database?.drop())

/** Starts the process; `stop` where it does not end by itself. */
const start = (env: Readonly<Record<string, string>>, args: readonly string[] = []) => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), ...args], {
    env: { ...compileCache, DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const ended = once(child, 'close') as Promise<[code: number | null]>
  return { child, ended, errors: () => errors, output: () => output }
}

describe('the process', () => {
  it.each([
    [{ DATABASE_URL: '' }, /^api: DATABASE_URL must be set/],
    [
      { DATABASE_URL: 'postgres://127.0.0.1:1/none' },
      /^api: DATABASE_URL: the database cannot be reached .*ECONNREFUSED/,
    ],
    [{ PORT: 'eighty' }, /^api: PORT must be a whole number/],
    [{ HOST: '0.0.0.0' }, /^api: HOST 0\.0\.0\.0 can be reached by others: set API_KEYS/],
    [{ API_KEYS: 'not-a-hash' }, /^api: API_KEYS/],
    [{ CORS_ORIGINS: 'dashboard.example' }, /^api: CORS_ORIGINS/],
  ])('with %j ends with one line that names the setting', async (env, line) => {
    const { ended, errors } = start(env)
    const [code] = await ended
    expect(code).toBe(2)
    expect(errors()).toMatch(line)
    expect(errors().trim().split('\n')).toHaveLength(1)
  })

  it('prints its help if that is asked for, and starts nothing with what it does not know', async () => {
    const helped = start({ DATABASE_URL: '' }, ['--help'])
    expect(await helped.ended).toEqual([0, null])
    expect(helped.output()).toMatch(/^npm run api\n[^]*PORT .*\[8053\]/)
    const refused = start({}, ['--port', '1'])
    expect(await refused.ended).toEqual([2, null])
    expect(refused.errors()).toMatch(/^api: Unknown option '--port'[^\n]*--help[^\n]*\n$/)
  })

  it('on a port that is taken names it', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const { ended, errors } = start({ PORT: String(port) })
    expect((await ended)[0]).toBe(2)
    expect(errors()).toMatch(new RegExp(`^api: PORT ${port} is taken`))
    other.close()
  })

  it.each([
    [
      'another log',
      `update event_log_identity set id = '0000abcd-0000-4000-8000-000000000000'`,
      'The database holds the log 0000abcd in place of ',
    ],
    [
      'a log that lost its newest events',
      'update event_log_shards set position = 4',
      'The database holds a log of shard 7 that ends at position 4 and went on to 9 before',
    ],
  ])('ends once its database holds %s, of which it must not answer from memory', async (_, change, words) => {
    const pool = createPool({
      connectionString: database.url,
      applicationName: 'test',
      onIdleError: () => {},
    })
    await pool.query(`
      insert into event_log_shards (shard, position, first_source_offset, next_source_offset) values (7, 9, 0, 9)
      on conflict (shard) do update set position = 9;
      insert into projection_checkpoints (projection, version, shard, position) values ('pattern_windows', 1, 7, 9)
      on conflict do nothing`)
    const { child, ended, errors } = start({})
    while (!errors().includes('listening')) await once(child.stderr, 'data')
    await pool.query(change)
    await pool.end()
    expect(await ended).toEqual([1, null])
    expect(errors()).toContain(words)
  })

  it('answers once it says that it listens, and stops in order on a signal', async () => {
    const { child, ended, errors } = start({})
    while (!errors().includes('listening')) await once(child.stderr, 'data')
    const port = /"port":(\d+)/.exec(errors())![1]!
    const response = await fetch(`http://127.0.0.1:${port}/readyz`)
    expect(await response.json()).toEqual({ status: 'ready' })
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})
