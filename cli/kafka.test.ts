import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGenerator } from '@patterns/generator/generator.ts'
import { createHistoryState } from '@patterns/generator/historyState.ts'
import { patternEvents } from '@patterns/generator/events.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { createTestTopic } from '@patterns/topic/testing/kafkaTestTopic.ts'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import type { CliResult } from './testing/runCli.ts'
import { runCliInProcess } from './testing/runCliInProcess.ts'
import { type RunningProcessor, startProcessor, untilProjected } from './testing/startProcessor.ts'

const brokers = inject('kafkaBrokers')
const from = Date.UTC(2026, 3, 1)
const lines = [...patternEvents({ seed: 'kafka', from, to: from + 86_400_000, eventsPerSecond: 0.01 })].map(
  ({ value }) => value,
)

describe.skipIf(brokers === null)('on a real Kafka', () => {
  let folder: string
  let database: TestDatabase
  let env: Record<string, string>
  let topic: Awaited<ReturnType<typeof createTestTopic>>
  let processor: RunningProcessor

  const cli = (args: string[], input = ''): Promise<CliResult> => runCliInProcess(args, { env, input })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patterns-kafka-cli-'))
    database = await createTestDatabase()
    topic = await createTestTopic(brokers!)
    env = {
      DATABASE_URL: database.url,
      DATA_DIR: folder,
      KAFKA_BROKERS: brokers!,
      KAFKA_TOPIC: topic.topic,
      KAFKA_GROUP_ID: topic.topic,
    }
    processor = await startProcessor(env)
  })
  afterAll(async () => {
    await processor?.stop()
    await topic?.remove()
    await database?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  test('a file is published, tested, exported and verified', async () => {
    const published = await cli(['publish', '--json'], lines.join('\n'))
    expect(JSON.parse(published.stdout)).toMatchObject({ published: lines.length, undelivered: 0 })
    await untilProjected(database.pool, lines.length)
    expect(await cli(['publish', '--test'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('visible'),
    })
    const [exported, verified] = await Promise.all([
      cli(['log', 'export', '--to', '2026-05-01']),
      cli(['log', 'verify', '--json']),
    ])
    expect(exported.stdout.split('\n').slice(0, -1).toSorted()).toEqual(lines.toSorted())
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true })
  })

  test('a topic that was deleted and created again is adopted, and no event is lost', async () => {
    const before = await exportedCount()
    await processor.stop()
    await topic.recreate()
    expect((await cli(['publish'], lines.slice(0, 3).join('\n'))).code).toBe(0)
    for (const shard of await shardsToAdopt()) {
      expect(await cli(['shards', 'adopt', '--shard', String(shard), '--yes'])).toMatchObject({ code: 0 })
    }
    processor = await startProcessor(env)
    expect(await cli(['publish', '--test'])).toMatchObject({ code: 0 })
    // Three events came again in the new topic: known ids, so duplicates.
    await vi.waitFor(
      async () => {
        const { shards } = await verify()
        expect(shards.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(3)
      },
      { timeout: 20_000 },
    )
    expect(await verify()).toMatchObject({ ok: true })
    expect(await exportedCount()).toBe(before + 1)
  })

  const verify = async () =>
    JSON.parse((await cli(['log', 'verify', '--json'])).stdout) as {
      ok: boolean
      shards: { duplicates: number }[]
    }
  const exportedCount = async () => (await cli(['log', 'export'])).stdout.split('\n').length - 1
  const shardsToAdopt = async (): Promise<number[]> => {
    const { rows } = await database.pool.query<{ shard: number }>(
      'select shard from event_log_shards order by shard',
    )
    return rows.map(({ shard }) => shard)
  }

  test('the generator creates the topic, fills it with its history, and does so once', async () => {
    const own = await createTestTopic(brokers!, { partitions: 0 })
    const state = createHistoryState(join(folder, 'generator.json'), own.topic)
    const run = async (): Promise<void> => {
      const stopping = new AbortController()
      const generator = createGenerator({
        source: own.createSource(),
        publisher: own.createPublisher({}),
        state,
        seed: 'kafka',
        eventsPerSecond: 100,
        now: Date.now,
        logger: createLogger('tests', 'silent'),
        stopping: stopping.signal,
      })
      const running = generator.run()
      const before = await messageCount().catch(() => 0)
      await vi.waitFor(async () => expect((await state.read())?.isComplete).toBe(true), { timeout: 40_000 })
      const { sent } = (await state.read())!
      await vi.waitFor(
        async () => expect(await messageCount()).toBeGreaterThan(Math.max(before, sent) + 10),
        { timeout: 20_000 },
      )
      stopping.abort()
      await running
      await generator.stop()
    }
    const source = own.createSource()
    const messageCount = async (): Promise<number> =>
      (await source.ends()).reduce((sum, { endOffset }) => sum + endOffset, 0)
    await run()
    const { sent } = (await state.read())!
    const afterFirst = await messageCount()
    expect(afterFirst).toBeGreaterThan(sent)
    await run()
    expect((await messageCount()) - afterFirst).toBeLessThan(sent / 2)
    expect((await state.read())!.sent).toBe(sent)
    await source.stop()
    await own.remove()
  }, 90_000)
})
