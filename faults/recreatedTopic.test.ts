import { createLogger } from '@patterns/shared/logger.ts'
import { runCli } from '@patterns/cli/testing/runCli.ts'
import { createKafkaClient } from '@patterns/topic/kafka/kafkajs/kafkajs.ts'
import { recreateTopic } from '@patterns/topic/testing/kafkaTestTopic.ts'
import { describe, expect, inject, test } from 'vitest'
import { expectExact, readProgress, untilSettled } from './testing/expectExact.ts'
import { faultyMessages } from './testing/faultyLoad.ts'
import { untilHealth } from './testing/operatorView.ts'
import { createScene, type Scene } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

const brokers = inject('kafkaBrokers')

const recreate = async ({ topic }: Scene): Promise<void> => {
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
const sendTo = async ({ ledger }: Scene, partition: number, seed: string, count: number): Promise<void> => {
  const messages = [...faultyMessages(seed, count)].map(({ kind, message }) => ({
    kind,
    message: { ...message, partition },
  }))
  await ledger.send(messages)
}

const adopt = async (scene: Scene, shard: number): Promise<void> => {
  const { code, stdout, stderr } = await runCli(['shards', 'adopt', '--shard', String(shard), '--yes'], {
    env: scene.environment,
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`Shard ${shard} keeps its events`)
}

/** What the topic had is in the log and in the windows; then another takes its place, of which shard 2 never knew. */
const untilEstablished = async (scene: Scene): Promise<void> => {
  for (const shard of [0, 1, 3]) await sendTo(scene, shard, `before ${shard}`, 400)
  await untilSettled(scene)
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
      const scene = await createScene({ brokers: brokers! })
      try {
        const before = await scene.start()
        await untilEstablished(scene)
        await before.stop()
        const { taken } = await readProgress(scene.pool)
        await recreate(scene)
        scene.ledger.beginAnew()
        await sendTo(scene, 2, 'unaffected', 300)
        // Longer than what the log has of the old one: its offsets look as if nothing had happened.
        await sendTo(scene, 3, 'longer', 1_000)

        const refusing = await scene.start()
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
        await sendTo(scene, 0, 'refused', 100)
        await until('the other shard goes on', async () =>
          (await readProgress(scene.pool)).taken.get(2) === scene.ledger.ends().get(2) ? true : undefined,
        )
        expect((await readProgress(scene.pool)).taken.get(0)).toBe(taken.get(0))
        await refusing.stop()

        for (const shard of [0, 1, 3]) await adopt(scene, shard)
        const adopted = await scene.start()
        await untilHealth(adopted, 200)
        for (const shard of [1, 3]) await sendTo(scene, shard, `after ${shard}`, 200)
        await untilSettled(scene)
        await expectExact(scene)
      } finally {
        await scene.close()
      }
    },
  )

  test('is not read on by a processor that was frozen meanwhile', { timeout: 240_000 }, async () => {
    const scene = await createScene({ brokers: brokers! })
    try {
      const frozen = await scene.start()
      await untilEstablished(scene)
      const { taken } = await readProgress(scene.pool)
      frozen.freeze()
      await recreate(scene)
      scene.ledger.beginAnew()
      for (const shard of [0, 1, 3]) await sendTo(scene, shard, `longer ${shard}`, 600)
      frozen.thaw()
      await untilHealth(
        frozen,
        503,
        ({ shards }) => shards.filter(({ status }) => status === 'stopped').length === 3,
      )
      expect((await readProgress(scene.pool)).taken).toEqual(taken)
      await frozen.stop()

      for (const shard of [0, 1, 3]) await adopt(scene, shard)
      await scene.start()
      await untilSettled(scene)
      await expectExact(scene)
    } finally {
      await scene.close()
    }
  })

  test(
    'under a processor that runs stops its shards, however long it grows, until it is adopted: then they go on',
    { timeout: 240_000 },
    async () => {
      const scene = await createScene({ brokers: brokers! })
      try {
        const processor = await scene.start()
        await untilEstablished(scene)
        const { taken } = await readProgress(scene.pool)
        await recreate(scene)
        scene.ledger.beginAnew()
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
        await sendTo(scene, 1, 'longer', 1_000)
        await sendTo(scene, 2, 'unaffected', 300)
        await until('the other shard goes on', async () =>
          (await readProgress(scene.pool)).taken.get(2) === scene.ledger.ends().get(2) ? true : undefined,
        )
        expect((await untilHealth(processor, 503)).health.components.shards).toMatchObject(expected)
        expect((await readProgress(scene.pool)).taken.get(1)).toBe(taken.get(1))
        // Each was told of once, in one line.
        for (const shard of [0, 1, 3]) {
          const lines = processor.log().match(new RegExp(`.*shards adopt --shard ${shard}.*`, 'g'))
          expect(lines).toEqual([
            expect.stringContaining(`"shard":${shard},"reason":"Partition ${shard} is of`),
          ])
        }
        expect(processor.log()).not.toContain('"stack"')

        // One by one: those that are not adopted stay as they are.
        await adopt(scene, 1)
        await until('the adopted shard goes on', async () =>
          (await readProgress(scene.pool)).taken.get(1) === scene.ledger.ends().get(1) ? true : undefined,
        )
        expect((await untilHealth(processor, 503)).health.components.shards).toMatchObject([
          stopped[0],
          { shard: 1, status: 'running', reason: null },
          running,
          stopped[2],
        ])
        for (const shard of [0, 3]) await adopt(scene, shard)
        await untilHealth(processor, 200)
        for (const shard of [0, 3]) await sendTo(scene, shard, `after ${shard}`, 200)
        await untilSettled(scene)
        await expectExact(scene)
      } finally {
        await scene.close()
      }
    },
  )
})
