import { describe, expect, inject, test } from 'vitest'
import { expectExact, readProgress, untilSettled } from './testing/expectExact.ts'
import { startLoad } from './testing/faultyLoad.ts'
import { untilHealth, untilOwns } from './testing/operatorView.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

const brokers = inject('kafkaBrokers')

const withFixture = async (work: (fixture: PipelineFixture) => Promise<void>): Promise<void> => {
  const fixture = await createPipelineFixture({ brokers: brokers! })
  try {
    await work(fixture)
    await untilSettled(fixture)
    await expectExact(fixture)
  } finally {
    await fixture.close()
  }
}

const untilTakenFurther = async ({ pool }: PipelineFixture, messages: number): Promise<void> => {
  const { messages: before } = await readProgress(pool)
  await until('more messages are taken', async () =>
    (await readProgress(pool)).messages >= before + messages ? true : undefined,
  )
}

describe.skipIf(brokers === null).concurrent('two processors', () => {
  test(
    'in one group hand partitions over under load as one joins, stops, hangs, comes back and is killed',
    { timeout: 240_000 },
    async () => {
      await withFixture(async (fixture) => {
        const load = startLoad(fixture, 'groups')
        const first = await fixture.start()
        await untilOwns(first, 4)

        const joining = await fixture.start()
        await Promise.all([untilOwns(first, 2), untilOwns(joining, 2)])
        await untilTakenFurther(fixture, 500)
        expect(await joining.stop()).toEqual({ code: 0, signal: null })
        await untilOwns(first, 4)

        const hanging = await fixture.start()
        await Promise.all([untilOwns(first, 2), untilOwns(hanging, 2)])
        await untilTakenFurther(fixture, 500)
        hanging.freeze()
        await untilOwns(first, 4) // once the group gives the hanging one up
        await untilTakenFurther(fixture, 500)
        hanging.thaw()
        await Promise.all([untilOwns(first, 2), untilOwns(hanging, 2)])
        // It woke up as a stale owner, mostly with messages in hand that the other had taken meanwhile.
        await untilTakenFurther(fixture, 500)

        await hanging.kill()
        await untilOwns(first, 4)
        await untilTakenFurther(fixture, 500)
        await load.stop()
        expect(first.isRunning()).toBe(true)
      })
    },
  )

  test(
    'in two groups on one database fence each other off, and both survive',
    { timeout: 240_000 },
    async () => {
      await withFixture(async (fixture) => {
        const load = startLoad(fixture, 'owners')
        const rivals = await Promise.all(
          ['one', 'other'].map((name) => fixture.start({ KAFKA_GROUP_ID: `${fixture.topic}-${name}` })),
        )
        await until('one is fenced off', () =>
          rivals.some((rival) => rival.log().includes('has another owner')) ? true : undefined,
        )
        await untilTakenFurther(fixture, 5_000)
        await load.stop()
        await untilSettled(fixture)
        for (const rival of rivals) await untilHealth(rival, 200)
        expect(rivals.every((rival) => rival.isRunning())).toBe(true)
      })
    },
  )
})
