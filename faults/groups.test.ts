import { describe, expect, inject, test } from 'vitest'
import { expectExact, readProgress, untilSettled } from './testing/expectExact.ts'
import { startLoad } from './testing/faultyLoad.ts'
import { untilHealth, untilOwns } from './testing/operatorView.ts'
import { createScene, type Scene } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

const brokers = inject('kafkaBrokers')

const inScene = async (work: (scene: Scene) => Promise<void>): Promise<void> => {
  const scene = await createScene({ brokers: brokers! })
  try {
    await work(scene)
    await untilSettled(scene)
    await expectExact(scene)
  } finally {
    await scene.close()
  }
}

const untilTakenFurther = async ({ pool }: Scene, messages: number): Promise<void> => {
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
      await inScene(async (scene) => {
        const load = startLoad(scene, 'groups')
        const first = await scene.start()
        await untilOwns(first, 4)

        const joining = await scene.start()
        await Promise.all([untilOwns(first, 2), untilOwns(joining, 2)])
        await untilTakenFurther(scene, 500)
        expect(await joining.stop()).toEqual({ code: 0, signal: null })
        await untilOwns(first, 4)

        const hanging = await scene.start()
        await Promise.all([untilOwns(first, 2), untilOwns(hanging, 2)])
        await untilTakenFurther(scene, 500)
        hanging.freeze()
        await untilOwns(first, 4) // once the group gives the hanging one up
        await untilTakenFurther(scene, 500)
        hanging.thaw()
        await Promise.all([untilOwns(first, 2), untilOwns(hanging, 2)])
        // It woke up as a stale owner, mostly with messages in hand that the other had taken meanwhile.
        await untilTakenFurther(scene, 500)

        await hanging.kill()
        await untilOwns(first, 4)
        await untilTakenFurther(scene, 500)
        await load.stop()
        expect(first.isRunning()).toBe(true)
      })
    },
  )

  test(
    'in two groups on one database fence each other off, and both survive',
    { timeout: 240_000 },
    async () => {
      await inScene(async (scene) => {
        const load = startLoad(scene, 'owners')
        const rivals = await Promise.all(
          ['one', 'other'].map((name) => scene.start({ KAFKA_GROUP_ID: `${scene.topic}-${name}` })),
        )
        await until('one is fenced off', () =>
          rivals.some((rival) => rival.log().includes('has another owner')) ? true : undefined,
        )
        await untilTakenFurther(scene, 5_000)
        await load.stop()
        await untilSettled(scene)
        for (const rival of rivals) await untilHealth(rival, 200)
        expect(rivals.every((rival) => rival.isRunning())).toBe(true)
      })
    },
  )
})
