import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { historyMs } from './character.ts'
import type { History } from './historyState.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
let dataDir: string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'patterns-generator-'))
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

const start = (env: Readonly<Record<string, string>> = {}) => {
  const child = fork(main, {
    env: { DATA_DIR: dataDir, GENERATOR_RATE: '200', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let log = ''
  child.stderr!.on('data', (text: Buffer) => (log += text.toString()))
  return { child, log: () => log, ended: once(child, 'exit') }
}

const kill = async (
  child: ChildProcess,
  signal: NodeJS.Signals,
  ended: Promise<unknown[]>,
): Promise<unknown> => {
  child.kill(signal)
  return (await ended)[0]
}

interface Line {
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
}

const topicLines = async (): Promise<Line[]> => {
  const folder = join(dataDir, 'topic', 'pattern-usage-events')
  const files = await readdir(folder).catch(() => [])
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line),
  )
}

const readState = async (): Promise<History | undefined> => {
  const text = await readFile(join(dataDir, 'generator.json'), 'utf8').catch(() => '{}')
  return (JSON.parse(text) as Record<string, History>)['file/pattern-usage-events']
}

const untilLive = (history: History | undefined): Promise<Line[]> =>
  vi.waitFor(
    async () => {
      const end = history?.to ?? (await readState())?.to ?? Number.POSITIVE_INFINITY
      const live = (await topicLines()).filter(({ timestamp }) => timestamp > end)
      if (live.length < 50) throw new Error(`${live.length} live messages`)
      return live
    },
    { timeout: 25_000, interval: 50 },
  )

describe('the generator as a process', () => {
  test('gives an empty topic its history once, whatever interrupts it, then live events', async () => {
    // Killed in the middle of the history.
    const first = start()
    await vi.waitFor(async () => expect((await readState())?.sent ?? 0).toBeGreaterThan(0), {
      timeout: 20_000,
    })
    await kill(first.child, 'SIGKILL', first.ended)
    const begun = (await readState())!
    expect(begun.to - begun.from).toBe(historyMs)

    // Goes on with the same history, then live; stops in order.
    const second = start()
    await untilLive(undefined)
    expect(await kill(second.child, 'SIGTERM', second.ended)).toBe(0)
    const complete = (await readState())!
    expect(complete).toMatchObject({ seed: 'demo', from: begun.from, to: begun.to, isComplete: true })

    // What was sent twice around the kill has the same bytes.
    const messages = (await topicLines()).filter(({ timestamp }) => timestamp <= complete.to)
    const surplus = messages.length - complete.sent
    expect(surplus).toBeGreaterThanOrEqual(0)
    expect(surplus).toBeLessThanOrEqual(2_000 + 10_000)
    const distinct = new Set(messages.map(({ timestamp, value }) => `${timestamp} ${value}`))
    expect(distinct.size).toBeLessThanOrEqual(complete.sent)
    expect(distinct.size).toBeGreaterThan(complete.sent * 0.99)

    // A third start has no second history, and its events are of the present.
    const before = (await topicLines()).length
    const startedAt = Date.now()
    const third = start()
    await vi.waitFor(async () => expect((await topicLines()).length).toBeGreaterThan(before + 20), {
      timeout: 20_000,
    })
    expect(await kill(third.child, 'SIGINT', third.ended)).toBe(0)
    const added = (await topicLines()).filter(({ timestamp }) => timestamp >= startedAt)
    expect((await topicLines()).length - before).toBe(added.length)
    expect([first.log(), second.log(), third.log()]).toEqual(['', '', ''])
  }, 90_000)

  test.each([
    [{ GENERATOR_RATE: 'fast' }, 'GENERATOR_RATE must be a number from 0.001 to 100000'],
    [{ GENERATOR_RATE: '0' }, 'GENERATOR_RATE must be a number from 0.001 to 100000'],
    [{ KAFKA_TOPIC: 'a b' }, 'KAFKA_TOPIC must be a topic name'],
  ])('refuses %j in one line', async (env, message) => {
    const { ended, log } = start(env)
    expect((await ended)[0]).toBe(2)
    expect(log()).toContain(message)
    expect(log().trimEnd().split('\n')).toHaveLength(1)
  })
})
