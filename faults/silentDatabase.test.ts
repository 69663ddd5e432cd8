import { timeLimits } from '@patterns/shared/postgres/timeLimits.ts'
import { startProxy, throughProxy } from '@patterns/testing/proxy.ts'
import { expect, test } from 'vitest'
import { expectExact, readProgress, untilSettled } from './testing/expectExact.ts'
import { startLoad } from './testing/faultyLoad.ts'
import { startInProcessProcessor } from './testing/inProcessProcessor.ts'
import { createPipelineFixture } from './testing/pipelineFixture.ts'
import { until } from './testing/until.ts'

const limits = { ...timeLimits.processor, silenceMs: 700, connectMs: 700 }

test(
  'a database whose connections all fall silent, under load, is seen at once and left as soon as new ones pass',
  { timeout: 120_000 },
  async () => {
    const fixture = await createPipelineFixture({})
    const target = new URL(fixture.environment['DATABASE_URL']!)
    const proxy = await startProxy({ port: Number(target.port), host: target.hostname })
    const processor = await startInProcessProcessor(fixture, {
      limits,
      databaseUrl: throughProxy(target.href, proxy),
    })
    const untilHealth = (status: 'ok' | 'degraded') =>
      until(`health is ${status}`, async () => {
        const health = await processor.health()
        if (health.status === status) return health
        throw new Error(JSON.stringify(health))
      })
    try {
      const load = startLoad(fixture, 'silent')
      await untilHealth('ok')

      // A failover that this side was not told of: the old connections are dead, new ones lead to the new server.
      for (let failover = 0; failover < 2; failover++) {
        const { messages } = await readProgress(fixture.pool)
        proxy.swallow()
        proxy.pass()
        await untilHealth('degraded')
        await until('messages are taken again', async () =>
          (await readProgress(fixture.pool)).messages > messages + 500 ? true : undefined,
        )
        await untilHealth('ok')
      }

      // Nothing passes at all for a while: no answer of its own may hang.
      proxy.swallow()
      const { components } = await untilHealth('degraded')
      await until('each shard waits', async () =>
        processor.states().every(({ status }) => status === 'retrying') ? true : undefined,
      )
      expect((await processor.health()).components.database).toBe('down')
      expect(components.shards).toHaveLength(4)
      proxy.pass()
      await untilHealth('ok')

      await load.stop()
      await untilSettled(fixture)
      await expectExact(fixture)
    } finally {
      await processor.stop()
      await proxy.cut()
      await fixture.close()
    }
  },
)
