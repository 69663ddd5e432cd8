import { createLogger } from '@patterns/shared/logger.ts'
import { runCli } from '@patterns/cli/testing/runCli.ts'
import { createKafkaClient } from '@patterns/topic/kafka/kafkajs/kafkajs.ts'
import { recreateTopic } from '@patterns/topic/testing/kafkaTestTopic.ts'
import { describe, expect, inject, test } from 'vitest'
import { expectExact, readProgress, untilSettled } from './testing/expectExact.ts'
import { faultyMessages } from './testing/faultyLoad.ts'
import { untilHealth } from './testing/operatorView.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

const brokers = inject('kafkaBrokers')

const recreate = async ({ topic }: PipelineFixture): Promise<void> => {
  const admin = createKafkaClient(
    { brokers: brokers!.split(',') },
    createLogger('faults', 'silent'),
  ).createAdmin()
  await admin.connect()
  try {
    await recreateTopic(admin, topic, 4)
  } finally {
    await admin.disconnect()
  }
}

/** Only what lies in one partition of the topic. */
const sendTo = async (
  { ledger }: PipelineFixture,
  partition: number,
  seed: string,
  count: number,
): Promise<void> => {
  const messages = [...faultyMessages(seed, count)].map(({ kind, message }) => ({
    kind,
    message: { ...message, partition },
  }))
  await ledger.send(messages)
}

const adopt = async (fixture: PipelineFixture, shard: number): Promise<void> => {
  const { code, stdout, stderr } = await runCli(['shards', 'adopt', '--shard', String(shard), '--yes'], {
    env: fixture.environment,
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`Shard ${shard} keeps its events`)
}

/** What the topic had is in the log and in the windows; then another takes its place, of which shard 2 never knew. */
const untilEstablished = async (fixture: PipelineFixture): Promise<void> => {
  for (const shard of [0, 1, 3]) await sendTo(fixture, shard, `before ${shard}`, 400)
  await untilSettled(fixture)
}

const refusal = (shard: number): RegExp =>
  new RegExp(
    `Partition ${shard} is of another topic of this name than the \\d+ messages .*npm run cli -- shards adopt --shard ${shard}"`,
  )

describe.skipIf(brokers === null).concurrent('a topic that is deleted and created again', () => {
  test(
    'between two runs is refused, shard by shard, until a person adopts it',
    { timeout: 240_000 },
    async () => {
      const fixture = await createPipelineFixture({ brokers: brokers! })
      try {
        const before = await fixture.start()
        await untilEstablished(fixture)
        await before.stop()
        const { taken } = await readProgress(fixture.pool)
        await recreate(fixture)
        fixture.ledger.beginAnew()
        await sendTo(fixture, 2, 'unaffected', 300)
        // Longer than what the log has of the old one: its offsets look as if nothing had happened.
        await sendTo(fixture, 3, 'longer', 1_000)

        const refusing = await fixture.start()
        const view = await untilHealth(
          refusing,
          503,
          ({ shards }) =>
            shards.filter(({ status }) => status === 'stopped').length === 3 &&
            shards[2]?.status === 'running',
        )
        expect(view.health.components.shards).toMatchObject([
          { shard: 0, status: 'stopped', reason: expect.stringMatching(refusal(0)) },
          { shard: 1, status: 'stopped', reason: expect.stringMatching(refusal(1)) },
          { shard: 2, status: 'running', reason: null },
          { shard: 3, status: 'stopped', reason: expect.stringMatching(refusal(3)) },
        ])
        expect(refusing.log()).toMatch(/npm run cli -- shards adopt --shard 0/)
        // Nothing of the new topic is taken, though it is there; the shard that lost nothing goes on.
        await sendTo(fixture, 0, 'refused', 100)
        await until('the other shard goes on', async () =>
          (await readProgress(fixture.pool)).taken.get(2) === fixture.ledger.ends().get(2) ? true : undefined,
        )
        expect((await readProgress(fixture.pool)).taken.get(0)).toBe(taken.get(0))
        await refusing.stop()

        for (const shard of [0, 1, 3]) await adopt(fixture, shard)
        const adopted = await fixture.start()
        await untilHealth(adopted, 200)
        for (const shard of [1, 3]) await sendTo(fixture, shard, `after ${shard}`, 200)
        await untilSettled(fixture)
        await expectExact(fixture)
      } finally {
        await fixture.close()
      }
    },
  )

  test('is not read on by a processor that was frozen meanwhile', { timeout: 240_000 }, async () => {
    const fixture = await createPipelineFixture({ brokers: brokers! })
    try {
      const frozen = await fixture.start()
      await untilEstablished(fixture)
      const { taken } = await readProgress(fixture.pool)
      frozen.freeze()
      await recreate(fixture)
      fixture.ledger.beginAnew()
      for (const shard of [0, 1, 3]) await sendTo(fixture, shard, `longer ${shard}`, 600)
      frozen.thaw()
      await untilHealth(
        frozen,
        503,
        ({ shards }) => shards.filter(({ status }) => status === 'stopped').length === 3,
      )
      expect((await readProgress(fixture.pool)).taken).toEqual(taken)
      await frozen.stop()

      for (const shard of [0, 1, 3]) await adopt(fixture, shard)
      await fixture.start()
      await untilSettled(fixture)
      await expectExact(fixture)
    } finally {
      await fixture.close()
    }
  })

  test(
    'under a processor that runs stops its shards, however long it grows, until it is adopted: then they go on',
    { timeout: 240_000 },
    async () => {
      const fixture = await createPipelineFixture({ brokers: brokers! })
      try {
        const processor = await fixture.start()
        await untilEstablished(fixture)
        const { taken } = await readProgress(fixture.pool)
        await recreate(fixture)
        fixture.ledger.beginAnew()
        const stopped = [0, 1, 3].map((shard) => ({
          shard,
          status: 'stopped',
          reason: expect.stringMatching(refusal(shard)),
        }))
        const running = { shard: 2, status: 'running', reason: null }
        const expected = [stopped[0], stopped[1], running, stopped[2]]
        await untilHealth(
          processor,
          503,
          ({ shards }) => shards.filter(({ status }) => status === 'stopped').length === 3,
        )

        // Longer than what the log has of the old one: its offsets look as if nothing had happened.
        await sendTo(fixture, 1, 'longer', 1_000)
        await sendTo(fixture, 2, 'unaffected', 300)
        await until('the other shard goes on', async () =>
          (await readProgress(fixture.pool)).taken.get(2) === fixture.ledger.ends().get(2) ? true : undefined,
        )
        expect((await untilHealth(processor, 503)).health.components.shards).toMatchObject(expected)
        expect((await readProgress(fixture.pool)).taken.get(1)).toBe(taken.get(1))
        // Each was told of once, in one line.
        for (const shard of [0, 1, 3]) {
          const lines = processor.log().match(new RegExp(`.*shards adopt --shard ${shard}.*`, 'g'))
          expect(lines).toEqual([
            expect.stringContaining(`"shard":${shard},"reason":"Partition ${shard} is of`),
          ])
        }
        expect(processor.log()).not.toContain('"stack"')

        // One by one: those that are not adopted stay as they are.
        await adopt(fixture, 1)
        await until('the adopted shard goes on', async () =>
          (await readProgress(fixture.pool)).taken.get(1) === fixture.ledger.ends().get(1) ? true : undefined,
        )
        expect((await untilHealth(processor, 503)).health.components.shards).toMatchObject([
          stopped[0],
          { shard: 1, status: 'running', reason: null },
          running,
          stopped[2],
        ])
        for (const shard of [0, 3]) await adopt(fixture, shard)
        await untilHealth(processor, 200)
        for (const shard of [0, 3]) await sendTo(fixture, shard, `after ${shard}`, 200)
        await untilSettled(fixture)
        await expectExact(fixture)
      } finally {
        await fixture.close()
      }
    },
  )
})
