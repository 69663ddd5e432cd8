import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileCache } from '@patterns/testing/compileCache.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'

let database: TestDatabase
let dataDir: string
beforeAll(async () => {
  database = await createTestDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'patterns-processor-'))
})
afterAll(async () => {
  await database?.drop()
  await rm(dataDir, { recursive: true, force: true })
})

/** Runs the process until it ends by itself. */
const run = async (env: Readonly<Record<string, string>>, args: readonly string[] = []) => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), ...args], {
    env: { ...compileCache, DATABASE_URL: database.url, DATA_DIR: dataDir, PROCESSOR_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

it.each([
  [{ DATABASE_URL: '' }, /^processor: DATABASE_URL must be set/],
  [
    { DATABASE_URL: 'postgres://127.0.0.1:1/none' },
    /^processor: DATABASE_URL: the database cannot be reached/,
  ],
  [{ FLUSH_INTERVAL_MS: 'soon' }, /^processor: FLUSH_INTERVAL_MS must be/],
  [{ KAFKA_BROKERS: '127.0.0.1:1', LOG_LEVEL: 'silent' }, /^processor: KAFKA_BROKERS: no Kafka answers/],
  [
    { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_SASL_USERNAME: 'me' },
    /^processor: KAFKA_SASL_MECHANISM, .*together/,
  ],
  [{ KAFKA_SSL: 'on' }, /^processor: KAFKA_SSL needs KAFKA_BROKERS/],
  [{ DATA_DIR: '/dev/null/data' }, /^processor: DATA_DIR: /],
])('with %j the processor ends with one line that names the setting', async (env, line) => {
  const { code, stderr } = await run(env)
  expect(stderr).toMatch(line)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(code).toBe(2)
})

it('prints its help if that is asked for, and starts nothing with what it does not know', async () => {
  expect(await run({ DATABASE_URL: '' }, ['--help'])).toEqual({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^npm run processor\n[^]*PROCESSOR_PORT .*\[8054\]/),
  })
  expect(await run({}, ['now'])).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^processor: Unexpected argument 'now'[^\n]*--help[^\n]*\n$/),
  })
})
