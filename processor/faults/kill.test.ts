import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '@patterns/generator/random.ts'
import { expect, inject, test } from 'vitest'
import { expectExact, readProgress, untilSettled } from './expectExact.ts'
import { faultyMessages, sendInStep } from './faultyLoad.ts'
import { createScene, type Scene } from './scene.ts'
import { until } from './until.ts'

const brokers = inject('kafkaBrokers')
const kills = 25
const messages = 60_000

/**
 * Starts and kills processors while messages come in. Half of the instants are a number of messages from now,
 * so that they fall between a batch and the next, and half a time from the start, so that they fall into
 * opening a shard, catching up, and anything else.
 */
const killManyTimes = async (scene: Scene, seed: string, group: (life: number) => string): Promise<void> => {
  const random = createRandom(seed)
  for (let life = 0; life < kills; life++) {
    const processor = scene.spawn({
      KAFKA_GROUP_ID: group(life),
      FLUSH_INTERVAL_MS: String(random.pick([10, 25, 100])),
    })
    if (random.chance(0.5)) {
      const { messages: before } = await readProgress(scene.pool)
      const after = 1 + random.below((2 * messages) / kills)
      await until('the processor takes messages', async () =>
        (await readProgress(scene.pool)).messages >= Math.min(before + after, messages) ? true : undefined,
      )
    } else {
      await Promise.race([processor.ready, processor.ended])
      await delay(random.below(300))
    }
    expect(processor.isRunning()).toBe(true)
    await processor.kill()
  }
}

test.skipIf(brokers === null)(
  'a processor killed at 25 random instants under load counts every message once',
  { timeout: 180_000 },
  async () => {
    const scene = await createScene({ brokers: brokers!, settings: { DUPLICATE_HORIZON: '1000' } })
    try {
      const sending = sendInStep(scene, faultyMessages('kill', messages), 3_000)
      // A group of its own for each life: the broker would wait ten seconds for a member that was killed.
      await killManyTimes(scene, 'kill', (life) => `${scene.topic}-${life}`)
      await scene.start({ KAFKA_GROUP_ID: `${scene.topic}-last` })
      await sending
      await untilSettled(scene)
      await expectExact(scene)
    } finally {
      await scene.close()
    }
  },
)
