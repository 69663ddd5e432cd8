import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { administer, createTestDatabase } from '@patterns/testing/database.ts'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type CliResult, runCli, runInShell } from './testing/runCli.ts'
import { runCliInProcess } from './testing/runCliInProcess.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patterns-cli-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const refused = async (
  args: string[],
  env: Record<string, string> = {},
  input?: string | Buffer,
): Promise<CliResult> => {
  const result = await runCliInProcess(args, {
    env: { DATA_DIR: folder, ...env },
    ...(input === undefined ? {} : { input }),
  })
  expect(result.stderr).not.toMatch(/\n\s+at /)
  return result
}

describe('wrong usage is told in one line, with exit code 2', () => {
  test.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['log', 'nonsense'], "unknown command 'nonsense'"],
    [['log', 'export', '--form', 'x'], "unknown option '--form'"],
    [['log', 'export', '--from', 'yesterday'], 'It must be a time'],
    [['log', 'export', '--from', '2026-02-01', '--to', '2026-01-01'], '--from must be before --to'],
    [['log', 'export', '--pattern-id', 'x'], 'It must be a UUID'],
    [['log', 'export', '--format', 'csv'], 'Allowed choices are events, records'],
    [['log', 'search'], "required option '--event-id <uuid>' not specified"],
    [['publish', '--rate', '0'], 'It must be a number above 0'],
    [['publish', '--test', '--raw'], "option '--test' cannot be used with option '--raw'"],
    [['publish', '--raw', '--strict'], "option '--raw' cannot be used with option '--strict'"],
    [['dead-letters', 'show'], "missing required argument 'shard:offset'"],
    [['dead-letters', 'show', '7'], 'It must be a shard and an offset'],
    [['dead-letters', 'list', '--reason', 'odd'], 'Allowed choices are not_json'],
    [['shards', 'adopt'], "required option '--shard <number>' not specified"],
  ])('%j', async (args, message) => {
    const result = await refused(args)
    expect(result.stderr).toContain(message)
    expect(result).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('wrong settings are told in one line, with exit code 2', () => {
  test.each<[string, Record<string, string>, string]>([
    ['no database', {}, 'error: No database: run "npm start" first'],
    [
      'a URL of something else',
      { DATABASE_URL: 'mysql://x' },
      'error: DATABASE_URL must be a URL that begins with',
    ],
    ['a database that is not there', { DATABASE_URL: 'postgres://localhost:1/x' }, 'check DATABASE_URL: '],
    ['a bad topic name', { KAFKA_TOPIC: 'a b' }, 'error: KAFKA_TOPIC must be a topic name'],
    [
      'a login for a Kafka that is not named',
      { KAFKA_SASL_USERNAME: 'me' },
      'error: KAFKA_SASL_USERNAME needs KAFKA_BROKERS',
    ],
    ['a bad broker', { KAFKA_BROKERS: 'localhost' }, 'error: KAFKA_BROKERS must be a list of host:port'],
  ])('%s', async (_name, env, message) => {
    const result = await refused(['log', 'verify'], env)
    expect(result.stderr).toContain(message)
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(result).toMatchObject({ code: 2, stdout: '' })
  })

  test('a URL left over from a run that ended', async () => {
    const own = await mkdtemp(join(folder, 'left-'))
    await writeFile(join(own, 'postgres.url'), 'postgres://localhost:1/x\n')
    const result = await refused(['log', 'verify'], { DATA_DIR: own })
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('left over from an earlier run'),
    })
  })

  test('a database that was never migrated', async () => {
    const server = inject('postgresUrl')
    await administer(server, 'create database cli_not_migrated')
    const url = Object.assign(new URL(server), { pathname: '/cli_not_migrated' }).href
    const result = await refused(['log', 'verify'], { DATABASE_URL: url })
    await administer(server, 'drop database cli_not_migrated with (force)')
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('run "npm run cli -- migrate" to migrate it'),
    })
  })

  test('a broker that does not answer', async () => {
    // Takes connections and hangs up: what a wrong port often does.
    const server = await new Promise<Server>((resolve) => {
      const listening = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1', () =>
        resolve(listening),
      )
    })
    const { port } = server.address() as { port: number }
    const line = '{"event_id":"019b76da-a800-7aa8-a644-db89d2718d0e"}\n'
    const result = await refused(['publish', '--raw'], { KAFKA_BROKERS: `127.0.0.1:${port}` }, line)
    server.close()
    expect(result.code).toBe(2)
    expect(result.stdout).toMatch(/published 0 events[^]*could not deliver 1 event: KAFKA_BROKERS: no Kafka/)
  }, 60_000)

  test('a broker that is not there, for every command that asks one', async () => {
    const database = await createTestDatabase()
    await createPostgresEventLog(database).open(0, 0)
    const env = { DATABASE_URL: database.url, KAFKA_BROKERS: '127.0.0.1:1' }
    const [tested, adopted] = await Promise.all([
      refused(['publish', '--test'], env),
      refused(['shards', 'adopt', '--shard', '0'], env),
    ])
    await database.drop()
    for (const { code, stdout, stderr } of [tested, adopted]) {
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^error: [^\n]*KAFKA_BROKERS[^\n]+\n$/)
    }
  }, 60_000)
})

describe('an empty log', () => {
  test('is exported as nothing, verified as empty, and has no dead letters', async () => {
    const database = await createTestDatabase()
    const env = { DATABASE_URL: database.url }
    const [exported, verified, listed] = await Promise.all([
      refused(['log', 'export'], env),
      refused(['log', 'verify'], env),
      refused(['dead-letters', 'list'], env),
    ])
    await database.drop()
    expect(exported).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(verified).toEqual({ code: 0, stdout: 'The log is empty.\n', stderr: '' })
    expect(listed).toEqual({ code: 0, stdout: 'No dead letters.\n', stderr: '' })
  })
})

describe('a shard that the log does not have is refused, with those that it has', () => {
  test.each([
    ['log', 'export'],
    ['log', 'verify'],
    ['dead-letters', 'list'],
    ['shards', 'adopt'],
  ])('%s %s', async (...command) => {
    const database = await createTestDatabase()
    const env = { DATABASE_URL: database.url }
    const ofNone = await refused([...command, '--shard', '7'], env)
    for (const shard of [0, 3]) await createPostgresEventLog(database).open(shard, 0)
    const ofTwo = await refused([...command, '--shard', '7'], env)
    await database.drop()
    const stderr = (known: string) => `error: There is no shard 7; the log has ${known}\n`
    expect(ofNone).toEqual({ code: 2, stdout: '', stderr: stderr('none yet') })
    expect(ofTwo).toEqual({ code: 2, stdout: '', stderr: stderr('0, 3') })
  })
})

describe('what cannot be published', () => {
  test('a file that is not there', async () => {
    const result = await refused(['publish', '--file', join(folder, 'absent')])
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: .+absent cannot be read: ENOENT/),
    })
  })

  test('a folder', async () => {
    const result = await refused(['publish', '--file', folder])
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('is a folder') })
  })

  test('rubbish: each line is refused, none is sent, nothing breaks', async () => {
    const rubbish = Buffer.concat([
      Buffer.from([0, 0xff, 0xfe, 0x0a]),
      Buffer.from('{"a":1}\n[]\n"text"\n12\n'),
      Buffer.alloc(9 * 1024 * 1024, 'x'),
      Buffer.from('\n\u001b[2J\n'),
    ])
    const result = await refused(['publish', '--json'], {}, rubbish)
    expect(result.code).toBe(1)
    expect(JSON.parse(result.stdout)).toMatchObject({ lines: 7, published: 0, refused: 7 })
    expect(result.stderr).toContain('standard input:6: is longer than')
    // What a line holds must not reach the terminal as commands.
    expect(result.stderr).not.toContain('\u001b')
  })

  test('nothing at all is no error', async () => {
    expect(await refused(['publish'], {}, '')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('published 0 events'),
    })
  })

  test('an unfinished download of compressed bytes', async () => {
    const result = await runInShell('head -c 100000 /dev/urandom | $CLI publish --dry-run --json', {
      DATA_DIR: folder,
    })
    expect(result.code).toBe(1)
    const report = JSON.parse(result.stdout) as { lines: number; refused: number }
    expect(report.refused).toBe(report.lines)
  })
})

test('the process itself ends with the exit code and nothing but one line', async () => {
  const result = await runCli(['log', 'verify'], { env: { DATA_DIR: folder } })
  expect(result).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^error: No database: [^\n]+\n$/),
  })
})

test('a full disk is told, and is no success', async () => {
  const result = await runInShell('$CLI --help > /dev/full', { DATA_DIR: folder })
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOSPC') })
})

test('help is there for every command, with an example, and needs no settings', async () => {
  const commands = [
    ['publish'],
    ['log', 'export'],
    ['log', 'verify'],
    ['log', 'search'],
    ['dead-letters', 'list'],
    ['dead-letters', 'show'],
    ['shards', 'adopt'],
    ['migrate'],
  ]
  for (const command of commands) {
    const result = await runCliInProcess([...command, '--help'], { env: { DATABASE_URL: 'nonsense' } })
    expect(result).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/Examples?:\n {2}.*npm run/),
    })
  }
})
