import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startEmbeddedPostgres } from '@patterns/launcher/embeddedPostgres.ts'
import { migrate } from '@patterns/launcher/migrate.ts'
import { startKafkaBroker } from '@patterns/testing/kafkaBroker.ts'
import { describe, expect, inject, test } from 'vitest'
import { expectExact, readProgress, untilSettled } from './testing/expectExact.ts'
import { lastDay, startLoad } from './testing/faultyLoad.ts'
import { readHealth, readLag, untilHealth } from './testing/operatorView.ts'
import type { ProcessorProcess } from './testing/processorProcess.ts'
import { createPipelineFixture, type PipelineFixture } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

const brokers = inject('kafkaBrokers')
const outageMs = 10_000
const watchMs = 50

const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'patterns-outage-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Watches for the whole outage that the processor lives and says that it is not ready. */
const staysUnready = async (
  processor: ProcessorProcess,
  alsoTrue: () => Promise<void> = async () => {},
): Promise<void> => {
  for (const endsAt = performance.now() + outageMs; performance.now() < endsAt; await delay(watchMs)) {
    expect(processor.isRunning()).toBe(true)
    expect((await processor.ask('/livez')).status).toBe(200)
    expect((await readHealth(processor)).status).toBe(503)
    await alsoTrue()
  }
}

const untilTaken = async ({ pool }: PipelineFixture, messages: number): Promise<void> => {
  await until('messages are taken', async () =>
    (await readProgress(pool)).messages >= messages ? true : undefined,
  )
}

describe.skipIf(brokers === null).concurrent('under load', () => {
  test(
    'a database that stops for 10 s, and one that is killed, make the processor wait and lose nothing',
    { timeout: 240_000 },
    async () => {
      await inFolder(async (folder) => {
        const dataDir = join(folder, 'postgres')
        const start = async (preferredPort?: number) =>
          startEmbeddedPostgres({
            dataDir,
            syncNewData: false,
            settings: { fsync: 'off', shared_buffers: '64MB' },
            ...(preferredPort === undefined ? {} : { preferredPort }),
          })
        let postgres = await start()
        const databaseUrl = postgres.url('postgres')
        await migrate({ databaseUrl })
        const fixture = await createPipelineFixture({ brokers: brokers!, databaseUrl })
        try {
          const load = startLoad(fixture, 'postgres')
          const processor = await fixture.start()
          await untilTaken(fixture, 1_000)
          await untilHealth(processor, 200)

          await postgres.stop()
          await untilHealth(processor, 503, ({ database }) => database === 'down')
          await staysUnready(processor)
          postgres = await start(postgres.port)
          await untilHealth(processor, 200)
          await untilTaken(fixture, (await readProgress(fixture.pool)).messages + 1_000)

          process.kill(postgres.pid, 'SIGKILL')
          await postgres.ended
          await untilHealth(processor, 503, ({ database }) => database === 'down')
          postgres = await start(postgres.port)
          await untilHealth(processor, 200)
          await untilTaken(fixture, (await readProgress(fixture.pool)).messages + 1_000)

          await load.stop()
          await untilSettled(fixture)
          expect(processor.isRunning()).toBe(true)
          await expectExact(fixture)
        } finally {
          await fixture.close()
          await postgres.stop('immediate')
        }
      })
    },
  )

  test(
    'a broker that stops for 10 s makes the processor wait, its lag unknown, and lose nothing',
    { timeout: 240_000 },
    async () => {
      await inFolder(async (folder) => {
        const broker = await startKafkaBroker({ dir: folder, isShortLived: true })
        const fixture = await createPipelineFixture({ brokers: broker.brokers })
        try {
          const load = startLoad(fixture, 'broker', lastDay())
          const processor = await fixture.start()
          await untilTaken(fixture, 1_000)
          await until('its lag is known', async () =>
            (await readLag(processor)).size === 4 ? true : undefined,
          )

          await broker.stop()
          await untilHealth(processor, 503, ({ source }) => source === 'down')
          await staysUnready(processor, async () => {
            expect(await readLag(processor)).toEqual(new Map())
          })
          await broker.restart()
          await untilHealth(processor, 200)
          await untilTaken(fixture, (await readProgress(fixture.pool)).messages + 1_000)
          await until('its lag is known again', async () =>
            (await readLag(processor)).size === 4 ? true : undefined,
          )

          await load.stop()
          await untilSettled(fixture)
          expect(processor.isRunning()).toBe(true)
          await expectExact(fixture)
        } finally {
          await fixture.close()
          await broker.kill()
        }
      })
    },
  )
})
