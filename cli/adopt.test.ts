import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordShardStop } from '@patterns/event-log/postgres/shardStops.ts'
import { patternEvents } from '@patterns/generator/events.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CliResult } from './testing/runCli.ts'
import { runCliHere } from './testing/runCliHere.ts'
import { startProcessor, untilProjected } from './testing/startProcessor.ts'

const from = Date.UTC(2026, 3, 1)
const lines = [...patternEvents({ seed: 'adopt', from, to: from + 86_400_000, eventsPerSecond: 0.005 })].map(
  ({ value }) => value,
)
const half = Math.floor(lines.length / 2)

let folder: string
let database: TestDatabase
let env: Record<string, string>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patterns-adopt-'))
  database = await createTestDatabase()
  env = { DATABASE_URL: database.url, DATA_DIR: folder, FILE_TOPIC_PARTITIONS: '1' }
})
afterEach(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const cli = (...args: string[]): Promise<CliResult> => runCliHere(args, { env })
const publish = (some: readonly string[]): Promise<CliResult> =>
  runCliHere(['publish'], { env, input: some.join('\n') })

const process = async (messages: number): Promise<void> => {
  const processor = await startProcessor(env)
  try {
    await untilProjected(database.pool, messages)
  } finally {
    await processor.stop()
  }
}

describe('shards adopt', () => {
  test('goes on with a topic that was created again: nothing is lost, nothing counted twice', async () => {
    await publish(lines.slice(0, half))
    await process(half)
    await rename(join(folder, 'topic'), join(folder, 'topic.old'))
    await publish(lines.slice(half, half + 10))

    const adopted = await cli('shards', 'adopt', '--shard', '0', '--yes')
    expect(adopted).toMatchObject({ code: 0, stdout: expect.stringContaining('created again') })

    await publish(lines.slice(half + 10))
    await process(lines.length)
    const [verified, exported] = await Promise.all([cli('log', 'verify', '--json'), cli('log', 'export')])
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, shards: [{ appended: lines.length }] })
    expect(exported.stdout).toBe(lines.map((line) => `${line}\n`).join(''))
    // Its own test event is found at its place in the new topic.
    const processor = await startProcessor(env)
    expect(await cli('publish', '--test')).toMatchObject({ code: 0 })
    await processor.stop()
  })

  test('goes on in a copy of the topic after what it read', async () => {
    await publish(lines.slice(0, 20))
    await process(20)
    await writeFile(join(folder, 'topic', 'pattern-usage-events', 'id'), 'a copy')
    await publish(lines.slice(20, 25))
    const adopted = await cli('shards', 'adopt', '--shard', '0', '--copy', '--yes')
    expect(adopted).toMatchObject({ code: 0, stdout: expect.stringContaining('as in a copy') })
    await process(25)
    expect((await cli('log', 'export')).stdout).toBe(
      lines
        .slice(0, 25)
        .map((line) => `${line}\n`)
        .join(''),
    )
  })

  test('changes nothing unless it is told to', async () => {
    await publish(lines.slice(0, 20))
    await process(20)
    await rename(join(folder, 'topic'), join(folder, 'topic.old'))
    await publish(lines.slice(20, 25))
    const before = await database.pool.query('select * from event_log_shards')
    const result = await cli('shards', 'adopt', '--shard', '0')
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect((await database.pool.query('select * from event_log_shards')).rows).toEqual(before.rows)
    // Its offset was taken long ago, of the topic before.
    expect(await cli('publish', '--test')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/created again.*shards adopt --shard 0/),
    })
  })

  test('knows no shard that was never opened', async () => {
    expect(await cli('shards', 'adopt', '--shard', '3')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: There is no shard 3; the log has [^\n]+\n$/),
    })
  })
})

test('publish --test says where an event got stuck', async () => {
  await publish(lines.slice(0, 1))
  const result = await cli('publish', '--test', '--timeout', '0.5')
  expect(result).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no processor took it within 0.5 s'),
  })
  await recordShardStop(database.pool, 0, { reason: 'failed', message: 'It fell over.', command: null })
  expect(await cli('publish', '--test', '--timeout', '0.5')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('since shard 0 stopped: It fell over.'),
  })
})
