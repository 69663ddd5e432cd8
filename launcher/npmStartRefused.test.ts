import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { choosePort } from './choosePort.ts'
import { processesOf } from './testing/processesOf.ts'
import { killDashboards, runDashboard } from './testing/runDashboard.ts'

// Each starts a process, beside those of other tests.
vi.setConfig({ testTimeout: 120_000 })

let dataDir: string
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'patterns-start-refused-'))
})
afterEach(killDashboards)
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const mount = (folder: string, options: string) =>
  void execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
const unmount = (folder: string) => void execFileSync('umount', [folder])

/** Only root may, and not in every container. */
const mayMount = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'patterns-mount-'))
  try {
    mount(folder, 'size=1m')
    unmount(folder)
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})()

describe('npm start says in one line what keeps it from starting, and ends', () => {
  const refusal = async (env: Record<string, string>, args: string[] = []) => {
    const folder = mkdtempSync(join(dataDir, 'refused-'))
    const dashboard = runDashboard(folder, env, args)
    expect(await dashboard.ended).toBe(2)
    expect(dashboard.output.out).toBe('')
    expect(dashboard.output.err.trimEnd().split('\n')).toHaveLength(1)
    expect(processesOf(folder)).toEqual([])
    return dashboard.output.err
  }

  it.each([
    [{ PORT: 'eighty' }, 'PORT must be a whole number'],
    [{ LOG_LEVEL: 'loud', GENERATOR: 'perhaps' }, 'LOG_LEVEL must be .*; GENERATOR must be'],
    [{ HOST: '0.0.0.0' }, 'HOST 0.0.0.0 .*ALLOW_ANONYMOUS'],
    [{ HOST: '192.0.2.1', ALLOW_ANONYMOUS: 'true' }, 'HOST: .*EADDRNOTAVAIL'],
    [{ DATABASE_URL: 'mysql://localhost/x' }, 'DATABASE_URL must be'],
    [{ KAFKA_BROKERS: 'localhost' }, 'KAFKA_BROKERS must be'],
    [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_BROKERS: '127.0.0.1:1' }, 'KAFKA_SASL_USERNAME'],
    [{ DATA_DIR: '/dev/null/data' }, 'DATA_DIR: '],
  ])('a setting: %j', async (env, line) => {
    expect(await refusal(env)).toMatch(new RegExp(`^npm start: .*${line}`))
  })

  it.each(['PORT', 'PROCESSOR_PORT'])('a busy %s', async (name) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const holder = existsSync('/proc/net/tcp') ? `process ${process.pid} \\(.+\\)` : 'another program'
    expect(await refusal({ [name]: String(port) })).toMatch(
      new RegExp(`${name}: ${port} on 127.0.0.1 is in use by ${holder}`),
    )
    server.close()
  })

  it('a database or a broker that cannot be reached', async () => {
    const port = await choosePort('127.0.0.1')
    const database = await refusal({ DATABASE_URL: `postgres://user:secret@127.0.0.1:${port}/x` })
    expect(database).toMatch(/^npm start: DATABASE_URL: the database cannot be reached \(.*ECONNREFUSED/)
    expect(database).not.toContain('secret')
    const brokers = await refusal({ KAFKA_BROKERS: `127.0.0.1:${port}` })
    expect(brokers).toBe(
      `npm start: KAFKA_BROKERS: no broker can be reached: 127.0.0.1:${port} (ECONNREFUSED)\n`,
    )
  })

  it.runIf(mayMount).each([
    ['full', 'size=64m', 'its disk is full: \\d+ MB are free, 64 MB are needed'],
    ['read-only', 'size=128m,ro', 'its disk is read-only, EROFS'],
  ])('a folder for data on a disk that is %s', async (_, options, reason) => {
    const disk = mkdtempSync(join(dataDir, 'disk-'))
    mount(disk, options)
    onTestFinished(() => unmount(disk))
    if (options === 'size=64m') writeFileSync(join(disk, 'ballast'), Buffer.alloc(1 << 20))
    expect(await refusal({ DATA_DIR: disk })).toMatch(
      new RegExp(`^npm start: DATA_DIR: ${disk} cannot be used \\(${reason}\\)\n$`),
    )
  })

  it('a reset that nobody can confirm, and an option that there is not', async () => {
    expect(await refusal({}, ['--reset'])).toMatch(/--yes/)
    expect(await refusal({}, ['--rest'])).toMatch(/'--rest'.*--help/)
  })
})
