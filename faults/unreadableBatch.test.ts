import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCliInProcess } from '@patterns/cli/testing/runCliInProcess.ts'
import { patternEvents } from '@patterns/generator/events.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import { startKafkaBroker } from '@patterns/testing/kafkaBroker.ts'
import { createKafkaClient } from '@patterns/topic/kafka/kafkajs/kafkajs.ts'
import { expect, inject, test } from 'vitest'
import { readProgress } from './testing/expectExact.ts'
import { untilHealth } from './testing/operatorView.ts'
import {
  flipBit,
  damageBatch,
  type StoredBatch,
  useUnknownCodec,
} from '@patterns/topic/testing/damagedBatch.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

const from = Date.UTC(2026, 3, 1)
const events = [...patternEvents({ seed: 'damage', from, to: from + 86_400_000, eventsPerSecond: 0.02 })]
const perBatch = 40
const damaged = [1, 2]
const sound = [0, 3]

const createTopic = async ({ topic, environment }: PipelineFixture): Promise<void> => {
  const brokers = [environment['KAFKA_BROKERS']!]
  const admin = createKafkaClient({ brokers }, createLogger('faults', 'silent')).createAdmin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 4 }] })
  await admin.disconnect()
}

let sent = 0
/** Sends to every partition, one event at a time, so that no pattern is told twice. */
const send = async (fixture: PipelineFixture): Promise<void> => {
  const some = events.slice(sent, (sent += perBatch * 4))
  await Promise.all(
    some.map(({ key, value }, index) => fixture.publisher().send({ key, value, partition: index % 4 })),
  )
}

const cli = async ({ environment }: PipelineFixture, ...args: string[]) => {
  const { code, stdout, stderr } = await runCliInProcess(args, { env: environment })
  return { code, stderr, answer: stdout.startsWith('{') ? JSON.parse(stdout) : stdout }
}

const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'patterns-damage-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const untilTaken = (fixture: PipelineFixture, shards: readonly number[]): Promise<true> =>
  until('the topic is taken', async () => {
    const { taken, behind } = await readProgress(fixture.pool)
    return behind === 0 && shards.every((shard) => taken.get(shard) === sent / 4) ? true : undefined
  })

test.skipIf(inject('kafkaBrokers') === null)(
  'batches that cannot be read stop their shards alone, everybody is told, and a command goes on behind them',
  { timeout: 240_000 },
  () =>
    inFolder(async (dir) => {
      const broker = await startKafkaBroker({ dir, isShortLived: true })
      const fixture = await createPipelineFixture({ brokers: broker.brokers })
      try {
        await createTopic(fixture)
        for (let batch = 0; batch < 3; batch++) await send(fixture)
        const offset = perBatch + 5
        const at = (partition: number) => ({ topic: fixture.topic, partition, offset })
        const batches = new Map<number, StoredBatch>([
          [1, await damageBatch(dir, at(1), flipBit)],
          [2, await damageBatch(dir, at(2), useUnknownCodec)],
        ])
        const problems = ['its checksum is not that of its content', 'compression codec 5 is not known']

        const processor = await fixture.start()
        const view = await untilHealth(
          processor,
          503,
          ({ shards }) => shards.filter(({ status }) => status === 'stopped').length === 2,
        )
        await untilTaken(fixture, sound)
        for (const [index, shard] of damaged.entries()) {
          const { firstOffset, lastOffset } = batches.get(shard)!
          const reason = `The batch of offsets ${firstOffset} to ${lastOffset} cannot be read: ${problems[index]}. Run "npm run cli -- shards skip --shard ${shard}" to go on behind it.`
          expect(view.health.components.shards[shard]).toEqual({ shard, status: 'stopped', reason })
          expect(processor.log()).toContain(`"partition":${shard},"reason":${JSON.stringify(reason)}`)
          // What came before it is in the log.
          expect((await readProgress(fixture.pool)).taken.get(shard)).toBe(firstOffset)
        }
        expect((await processor.ask('/metrics')).text).toContain(
          'pattern_shard_stopped{shard="1",reason="unreadable_batch"} 1',
        )
        const told = await until('the stops are stored', async () => {
          const { answer } = await cli(fixture, 'log', 'verify', '--json')
          return answer.stopped.length === 2 ? answer : undefined
        })
        expect(told).toMatchObject({
          ok: false,
          stopped: damaged.map((shard) => ({
            shard,
            reason: 'unreadable_batch',
            command: `npm run cli -- shards skip --shard ${shard}`,
          })),
        })
        expect(await cli(fixture, 'shards', 'adopt', '--shard', '1')).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('stopped for something else: The batch of offsets'),
        })

        for (const [index, shard] of damaged.entries()) {
          const { firstOffset, lastOffset, bytes } = batches.get(shard)!
          const batch = {
            first_offset: firstOffset,
            next_offset: lastOffset + 1,
            problem: problems[index],
            bytes: bytes.length,
          }
          const skip = ['shards', 'skip', '--shard', String(shard)]
          expect((await cli(fixture, ...skip, '--json')).answer).toEqual({ shard, batch, skipped: false })
          expect(await cli(fixture, ...skip)).toMatchObject({
            code: 2,
            stderr: expect.stringContaining('--yes'),
          })
          expect((await readProgress(fixture.pool)).taken.get(shard)).toBe(firstOffset)
          expect((await cli(fixture, ...skip, '--json', '--yes')).answer).toEqual({
            shard,
            batch,
            skipped: true,
          })
        }
        // The processor that runs goes on by itself.
        await untilHealth(processor, 200)
        await send(fixture)
        await untilTaken(fixture, [...sound, ...damaged])

        const lost = [...batches.values()].reduce(
          (sum, { firstOffset, lastOffset }) => sum + lastOffset + 1 - firstOffset,
          0,
        )
        const verified = await until('nothing is stopped', async () => {
          const { answer } = await cli(fixture, 'log', 'verify', '--json')
          return answer.ok ? answer : undefined
        })
        const sum = (of: 'appended' | 'dead_lettered') =>
          verified.shards.reduce((total: number, shard: Record<string, number>) => total + shard[of]!, 0)
        expect([sum('appended'), sum('dead_lettered'), verified.stopped]).toEqual([sent - lost, lost, []])
        const { rows } = await fixture.pool.query(
          `select shard, min(source_offset) as first, max(source_offset) as last, min(value) as batch
           from dead_letters where reason = 'unreadable_batch' group by shard order by shard`,
        )
        expect(rows).toEqual(
          [...batches].map(([shard, { firstOffset, lastOffset, bytes }]) => ({
            shard,
            first: firstOffset,
            last: lastOffset,
            batch: bytes,
          })),
        )
      } finally {
        await fixture.close()
        await broker.kill()
      }
    }),
)
