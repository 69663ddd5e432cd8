import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '@patterns/generator/random.ts'
import { describe, expect, inject, test } from 'vitest'
import { expectExact, readProgress, untilSettled } from './testing/expectExact.ts'
import { untilStandingsFollow } from './testing/expectStandings.ts'
import { faultyMessages, sendInStep } from './testing/faultyLoad.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

const brokers = inject('kafkaBrokers')
interface Ordeal {
  readonly seed: string
  readonly kills: number
  readonly messages: number
}

/**
 * Starts and kills processors while messages come in. Half of the instants are a number of messages from now,
 * so that they fall between a batch and the next, and half a time from the start, so that they fall into
 * opening a shard, catching up, and anything else.
 */
const killManyTimes = async (fixture: PipelineFixture, { seed, kills, messages }: Ordeal): Promise<void> => {
  const random = createRandom(seed)
  for (let life = 0; life < kills; life++) {
    const processor = fixture.spawn({
      // The broker would wait ten seconds for a member of the group that was killed.
      KAFKA_GROUP_ID: `${fixture.topic}-${life}`,
      FLUSH_INTERVAL_MS: String(random.pick([10, 25, 100])),
    })
    if (random.chance(0.5)) {
      const { messages: before } = await readProgress(fixture.pool)
      const after = 1 + random.below((2 * messages) / kills)
      await until('the processor takes messages', async () =>
        (await readProgress(fixture.pool)).messages >= Math.min(before + after, messages) ? true : undefined,
      )
    } else {
      await Promise.race([processor.ready, processor.ended])
      await delay(random.below(250))
    }
    expect(processor.isRunning(), processor.log()).toBe(true)
    await processor.kill()
  }
}

/** Kills while `messages` come in, then lets one processor take the rest. */
const survivesKills = async (from: { brokers?: string }, ordeal: Ordeal): Promise<void> => {
  const { seed, messages } = ordeal
  const fixture = await createPipelineFixture({ ...from, settings: { DUPLICATE_HORIZON: '1000' } })
  try {
    const sending = sendInStep(fixture, faultyMessages(seed, messages), messages / 20)
    await killManyTimes(fixture, ordeal)
    await fixture.start({ KAFKA_GROUP_ID: `${fixture.topic}-last` })
    await sending
    await untilSettled(fixture)
    await untilStandingsFollow(fixture.pool)
    await expectExact(fixture)
  } finally {
    await fixture.close()
  }
}

describe.concurrent('a processor killed at random instants under load counts every message once', () => {
  test.skipIf(brokers === null)('25 times, from Kafka', { timeout: 480_000 }, async () => {
    await survivesKills({ brokers: brokers! }, { seed: 'Kafka', kills: 25, messages: 60_000 })
  })

  test('8 times, from the file topic', { timeout: 480_000 }, async () => {
    await survivesKills({}, { seed: 'files', kills: 8, messages: 20_000 })
  })
})
