import { setTimeout as delay } from 'node:timers/promises'
import { benchmarkMessages } from '@patterns/generator/benchmark.ts'
import { timeLimits } from '@patterns/shared/postgres/timeLimits.ts'
import { expect, test } from 'vitest'
import { poolSizeFor } from '@patterns/processor/poolSize.ts'
import { expectExact, untilSettled } from './testing/expectExact.ts'
import { startInProcessProcessor } from './testing/inProcessProcessor.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

const shards = 64

/** Some events into each of the shards, each of a pattern of its own. */
const sendToAll = async ({ ledger }: PipelineFixture, seed: string): Promise<void> => {
  const messages = [
    ...benchmarkMessages({ seed, count: 2_000, patterns: 2_000, startAt: Date.UTC(2026, 0, 5) }),
  ]
  const byPattern = Map.groupBy(messages, ({ key }) => key)
  await ledger.sendAs(
    'event',
    ...[...byPattern.values()].flatMap((ofPattern, i) =>
      ofPattern.map((message) => ({ ...message, partition: i % shards })),
    ),
  )
}

test('a process has two connections for each of its shards, and no more than a server can spare', () => {
  expect([1, 4, 12, 64].map(poolSizeFor)).toEqual([8, 14, 30, 40])
})

test(
  'all of 64 shards keep their lanes while the database takes nothing for longer than a connection may take',
  { timeout: 120_000 },
  async () => {
    const fixture = await createPipelineFixture({ settings: { FILE_TOPIC_PARTITIONS: String(shards) } })
    const limits = { ...timeLimits.processor, connectMs: 2_000 }
    const stallMs = 3_000
    const locker = await fixture.pool.connect()
    let processor
    try {
      await sendToAll(fixture, 'first')
      processor = await startInProcessProcessor(fixture, { limits })
      const { states, warnings } = processor
      await untilSettled(fixture)
      expect(states().filter(({ status }) => status === 'running')).toHaveLength(shards)

      await locker.query(
        'begin; lock table event_log_shards, projection_checkpoints in access exclusive mode',
      )
      await sendToAll(fixture, 'second')
      await delay(stallMs)
      await locker.query('rollback')
      await untilSettled(fixture)
      await until('all shards run', () =>
        states().every(({ status }) => status === 'running') ? true : undefined,
      )
      expect(warnings()).toEqual([])
      await expectExact(fixture)
    } finally {
      locker.release(true)
      await processor?.stop()
      await fixture.close()
    }
  },
)
