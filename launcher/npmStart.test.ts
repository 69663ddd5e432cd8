import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { demoPatternIds } from '@patterns/api/http/docs/demoPatterns.ts'
import { compileCache } from '@patterns/testing/compileCache.ts'
import { createTestDatabase } from '@patterns/testing/database.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { processesOf } from './testing/processesOf.ts'
import { killDashboards, runDashboard } from './testing/runDashboard.ts'

// Each starts several processes, beside those of other tests.
vi.setConfig({ testTimeout: 120_000 })

let dataDir: string
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'patterns start Åß用 '))
})
afterEach(killDashboards)
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const eventually = async <Value>(what: () => Promise<Value> | Value, isIt: (value: Value) => boolean) =>
  vi.waitUntil(async () => isIt(await what()), { timeout: 60_000, interval: 50 })

/** Runs the command line as a user would. */
const cli = async (
  folder: string,
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Readonly<Record<string, string>> } = {},
) => {
  const script = fileURLToPath(new URL('../cli/main.ts', import.meta.url))
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...compileCache, PATH: process.env['PATH'], DATA_DIR: folder, ...env },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  child.stdin.end(input)
  expect(await once(child, 'exit')).toEqual([0, null])
}

/** Publishes `pattern.used` events of one pattern as a user would, through the command line. */
const publish = async (folder: string, count: number, env: Readonly<Record<string, string>> = {}) => {
  const lines = Array.from({ length: count }, () =>
    JSON.stringify({
      event_id: crypto.randomUUID(),
      type: 'pattern.used',
      schema_version: 1,
      pattern_id: '018f0000-0000-7000-8000-000000000001',
      pattern_name: 'Circuit breaker',
      occurred_at: new Date().toISOString(),
      outcome: 'success',
    }),
  )
  await cli(folder, ['publish'], { input: `${lines.join('\n')}\n`, env })
}

const executions = async (url: string): Promise<number> => {
  const response = await fetch(`${url}/api/pattern-analytics/dashboard-summary`)
  return ((await response.json()) as { usage_count: number }).usage_count
}

const processOf = (folder: string, script: string): number => {
  const found = processesOf(folder).find(({ command }) => command.includes(script))
  if (found === undefined) throw new Error(`${script} does not run`)
  return found.pid
}

const expectNothingLeft = (folder: string) => {
  expect(processesOf(folder).map(({ command }) => command)).toEqual([])
  for (const file of ['postgres/postmaster.pid', 'postgres.url', 'processor.url'])
    expect(existsSync(join(folder, file))).toBe(false)
}

describe('npm start', () => {
  it('brings up a backend whose numbers come from what is published, and Ctrl-C leaves nothing behind', async () => {
    const dashboard = runDashboard(dataDir)
    const url = await dashboard.ready()
    expect(dashboard.output.out).toBe(`ready ${url}\n`)
    // Where commands learn what it reads.
    const processor = readFileSync(join(dataDir, 'processor.url'), 'utf8').trim()
    const { topic } = (await (await fetch(`${processor}/health`)).json()) as { topic: string }
    expect(topic).toBe(`file topic in ${dataDir}/topic/pattern-usage-events`)
    await publish(dataDir, 3)
    await eventually(
      () => executions(url),
      (count) => count === 3,
    )
    dashboard.kill('SIGINT')
    expect(await dashboard.ended).toBe(0)
    expectNothingLeft(dataDir)
  })

  it('goes on with the same data, which no other one may use meanwhile', async () => {
    const dashboard = runDashboard(dataDir)
    expect(await executions(await dashboard.ready())).toBe(3)
    const second = runDashboard(dataDir)
    expect(await second.ended).toBe(2)
    expect(second.output.err).toBe(
      `npm start: DATA_DIR: ${dataDir} is in use by another npm start (process ${dashboard.pid})\n`,
    )
    dashboard.kill('SIGTERM')
    expect(await dashboard.ended).toBe(0)
    expectNothingLeft(dataDir)
  })

  it('takes everything down with it if it is killed, and goes on at the next start', async () => {
    const killed = runDashboard(dataDir)
    await killed.ready()
    await publish(dataDir, 2)
    killed.kill('SIGKILL')
    await killed.ended
    const next = runDashboard(dataDir)
    const url = await next.ready()
    await eventually(
      () => executions(url),
      (count) => count === 5,
    )
    expect(processesOf(dataDir).filter(({ command }) => command.includes('processor/main.ts'))).toHaveLength(
      1,
    )
    next.kill('SIGINT')
    expect(await next.ended).toBe(0)
    expectNothingLeft(dataDir)
  })

  it('starts again what ends unexpectedly, and says so', async () => {
    const dashboard = runDashboard(dataDir)
    const url = await dashboard.ready()
    for (const script of ['processor/main.ts', 'postgres -D', 'api/main.ts']) {
      const pid = processOf(dataDir, script)
      process.kill(pid, 'SIGKILL')
      await eventually(
        () => processesOf(dataDir),
        (found) => found.some((one) => one.pid !== pid && one.command.includes(script)),
      )
    }
    for (const name of ['processor', 'postgres', 'api'])
      expect(dashboard.output.err).toMatch(
        new RegExp(`ended unexpectedly; restarting it process=${name} pause_ms=\\d+: `),
      )
    await publish(dataDir, 1)
    await eventually(
      () => executions(url).catch(() => 0),
      (count) => count === 6,
    )
    dashboard.kill('SIGINT')
    expect(await dashboard.ended).toBe(0)
    expectNothingLeft(dataDir)
  })

  it('serves what it has while shards are stopped, says once how to repair each, and goes on when that is done', async () => {
    renameSync(join(dataDir, 'topic'), join(dataDir, 'topic.lost'))
    await publish(dataDir, 2)
    const dashboard = runDashboard(dataDir)
    const url = await dashboard.ready()
    expect(await executions(url)).toBe(6)
    const remedy = /^.* error shard stopped shard=(\d): .*Run "npm run cli -- shards adopt --shard \1".*$/gm
    const told = () => [...dashboard.output.err.matchAll(remedy)].map(([, shard]) => shard!)
    // All events are of one pattern, and so in one partition.
    await eventually(told, (shards) => shards.length === 1)
    expect(dashboard.output.err).not.toMatch(/^ +at |not ready yet/m)

    const [shard] = told()
    await cli(dataDir, ['shards', 'adopt', '--shard', shard!, '--yes'])
    await eventually(
      () => executions(url),
      (count) => count === 8,
    )
    expect(told()).toEqual([shard])
    dashboard.kill('SIGINT')
    expect(await dashboard.ended).toBe(0)
    expectNothingLeft(dataDir)
  })

  it('begins again after --reset --yes', async () => {
    const dashboard = runDashboard(dataDir, {}, ['--reset', '--yes'])
    const url = await dashboard.ready()
    expect(await executions(url)).toBe(0)
    dashboard.kill('SIGINT')
    expect(await dashboard.ended).toBe(0)
  })

  it('shows demo traffic unless it is turned off', async () => {
    const dashboard = runDashboard(dataDir, { GENERATOR: 'on' })
    const url = await dashboard.ready()
    await eventually(
      () => executions(url),
      (count) => count > 1_000,
    )
    // What /docs puts into a request as it opens is answered.
    for (const id of demoPatternIds) {
      await eventually(
        async () => (await fetch(`${url}/api/pattern-analytics/patterns/${id}`)).status,
        (status) => status === 200,
      )
    }
    dashboard.kill('SIGINT')
    expect(await dashboard.ended).toBe(0)
    expectNothingLeft(dataDir)
  })

  it('uses a real database in place of the embedded one', async () => {
    const folder = join(dataDir, 'real')
    const database = await createTestDatabase()
    const dashboard = runDashboard(folder, { DATABASE_URL: database.url })
    const url = await dashboard.ready()
    await publish(folder, 4, { DATABASE_URL: database.url })
    await eventually(
      () => executions(url),
      (count) => count === 4,
    )
    dashboard.kill('SIGINT')
    expect(await dashboard.ended).toBe(0)
    expect(existsSync(join(folder, 'postgres'))).toBe(false)
    const { rows } = await database.pool.query('select sum(uses)::int as uses from total_windows_v1_day')
    expect(rows).toEqual([{ uses: 4 }])
    await database.drop()
  })
})
