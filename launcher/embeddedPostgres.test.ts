import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startEmbeddedPostgres } from './embeddedPostgres.ts'
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from './embeddedPostgres.ts'

let folder: string
let running: EmbeddedPostgres | undefined
// One data directory for most tests: making it takes most of the time.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'patterns-embedded-'))
  chmodSync(folder, 0o755)
})
afterEach(async () => {
  await running?.stop('immediate')
  running = undefined
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = async (options: Partial<EmbeddedPostgresOptions> = {}) => {
  running = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), syncNewData: false, ...options })
  return running
}

const query = async (server: EmbeddedPostgres, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(text)
    return rows
  } finally {
    await client.end()
  }
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('the embedded PostgreSQL', () => {
  it('makes its data whole or not at all', async () => {
    mkdirSync(join(folder, 'postgres.new', 'half'), { recursive: true })
    const server = await start()
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(() => statSync(join(folder, 'postgres.new'))).toThrow(/ENOENT/)
  })

  it('is a real one, durable, in UTF-8 and UTC, and listens on this machine alone', async () => {
    const server = await start()
    const [settings] = await query(
      server,
      `select current_setting('server_version_num')::int / 10000 as version, current_setting('fsync') as fsync,
         current_setting('listen_addresses') as address, current_setting('unix_socket_directories') as sockets,
         current_setting('TimeZone') as zone, pg_encoding_to_char(encoding) as encoding, datlocale as locale
       from pg_database where datname = 'postgres'`,
    )
    expect(settings).toEqual({
      version: 18,
      fsync: 'on',
      address: '127.0.0.1',
      sockets: '',
      zone: 'UTC',
      encoding: 'UTF8',
      locale: 'C.UTF-8',
    })
  })

  it('lets nobody in without the password', async () => {
    const server = await start()
    const url = new URL(server.url('postgres'))
    url.password = 'guessed'
    await expect(new pg.Client({ connectionString: url.href }).connect()).rejects.toThrow(
      /password authentication failed/,
    )
    expect(statSync(join(folder, 'postgres', 'superuser-password')).mode & 0o077).toBe(0)
  })

  it('keeps its data from one start to the next, and leaves no process and no lock', async () => {
    const first = await start()
    await query(first, 'create table kept as select 7 as value')
    await first.stop()
    await first.stop()
    expect(isAlive(first.pid)).toBe(false)
    expect(() => statSync(join(folder, 'postgres', 'postmaster.pid'))).toThrow(/ENOENT/)
    expect(await query(await start(), 'select value from kept')).toEqual([{ value: 7 }])
  })

  it('recovers what was committed when it was killed', async () => {
    const first = await start()
    await query(first, 'create table committed as select 8 as value')
    process.kill(first.pid, 'SIGKILL')
    await first.ended
    const lines: string[] = []
    const next = await start({ onLog: (line) => lines.push(line) })
    expect(await query(next, 'select value from committed')).toEqual([{ value: 8 }])
    expect(lines.join('\n')).toMatch(/was not properly shut down/)
  })

  it('stops by itself when the process that started it is killed, and the next start waits for that', async () => {
    const module = new URL('embeddedPostgres.ts', import.meta.url).href
    const script = `
      const { startEmbeddedPostgres } = await import('${module}')
      const server = await startEmbeddedPostgres({ dataDir: '${folder}/postgres', syncNewData: false })
      console.log(server.pid)
      setInterval(() => {}, 1000)`
    const launcher = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [output] = (await once(launcher.stdout, 'data')) as [Buffer]
    const pid = Number(output.toString())
    expect(isAlive(pid)).toBe(true)
    launcher.kill('SIGKILL')
    const next = await start()
    expect(next.pid).not.toBe(pid)
    await vi.waitUntil(() => !isAlive(pid))
  })

  it('takes another port if the preferred one is taken', async () => {
    const first = await start()
    const second = await startEmbeddedPostgres({
      dataDir: join(folder, 'other'),
      preferredPort: first.port,
      syncNewData: false,
    })
    expect(second.port).not.toBe(first.port)
    await second.stop('immediate')
  })

  it('says why it ended if nobody stopped it', async () => {
    const server = await start()
    process.kill(server.pid, 'SIGQUIT')
    expect(await server.ended).toEqual({
      reason: expect.stringMatching(/^it ended with code \d+$/) as string,
    })
  })

  it('refuses data of another version, and a folder that is no data', async () => {
    const dataDir = join(folder, 'old')
    mkdirSync(dataDir)
    await expect(start({ dataDir })).rejects.toThrow(/version none, not 18/)
    writeFileSync(join(dataDir, 'PG_VERSION'), '15\n')
    await expect(start({ dataDir })).rejects.toThrow(/version 15, not 18/)
  })

  it("says the server's own reason if it does not start", async () => {
    const settings = { no_such_setting: '1' }
    await expect(start({ settings })).rejects.toThrow(
      /did not start: unrecognized configuration parameter "no_such_setting"/,
    )
  })

  it.runIf(process.getuid?.() === 0)('runs for root in a folder that only root may enter', async () => {
    mkdirSync(join(folder, 'private'), { mode: 0o700 })
    const dataDir = join(folder, 'private', 'deep', 'postgres')
    const server = await start({ dataDir })
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(statSync(join(folder, 'private')).mode & 0o777).toBe(0o700)
    expect(statSync(dataDir).uid).not.toBe(0)
  })
})
