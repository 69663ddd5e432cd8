import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '@patterns/testing/freePort.ts'
import { type KafkaBroker, startKafkaBroker } from '@patterns/testing/kafkaBroker.ts'
import { type Proxy, startProxy } from '@patterns/testing/proxy.ts'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createRecordingOwner } from '../testing/recordingOwner.ts'
import { createTestTopic } from '../testing/kafkaTestTopic.ts'

const host = '127.0.0.1'

describe.skipIf(inject('kafkaBrokers') === null)('connections to Kafka that fall silent', () => {
  let dir: string
  let broker: KafkaBroker
  let proxy: Proxy
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'patterns-silence-'))
    const [port, controller, behind] = [await freePort(), await freePort(), await freePort()]
    proxy = await startProxy({ port: behind })
    const direct = `PLAINTEXT://${host}:${port}`
    broker = await startKafkaBroker({
      dir,
      port,
      isShortLived: true,
      heapMebibytes: 256,
      properties: {
        'controller.quorum.voters': `1@${host}:${controller}`,
        listeners: `${direct},CONTROLLER://${host}:${controller},PROXIED://${host}:${behind}`,
        'advertised.listeners': `${direct},PROXIED://${host}:${proxy.port}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
      },
    })
  }, 120_000)
  afterAll(async () => {
    await broker?.kill()
    await proxy?.cut()
    await rm(dir, { recursive: true, force: true })
  })

  /** A source behind the proxy that has read one message, and a publisher beside it. */
  const begin = async () => {
    const name = randomUUID()
    const direct = await createTestTopic(broker.brokers, { name })
    const proxied = await createTestTopic(`${host}:${proxy.port}`, { name, partitions: 0 })
    const owner = createRecordingOwner()
    const source = proxied.createSource({ heartbeatMs: 1_000 })
    const publisher = direct.createPublisher()
    await source.start(owner)
    await publisher.send({ key: 'k', value: 'v' })
    await owner.until(() => owner.messages.length === 1)
    const stop = async () => {
      await Promise.all([source.stop(), publisher.stop()])
      await Promise.all([direct.remove(), proxied.admin.disconnect()])
    }
    return { owner, source, publisher, stop }
  }

  test('are made again, and cost no membership', { timeout: 60_000 }, async () => {
    const { owner, publisher, stop } = await begin()
    proxy.swallow()
    proxy.pass()
    await publisher.send({ key: 'k', value: 'v' })
    await owner.until(() => owner.messages.length === 2, 30_000)
    expect(owner.log.filter((line) => line.startsWith('revoked'))).toEqual([])
    await stop()
  })

  test(
    'are told where new ones are silent too, for as long as that lasts, and keep nobody from stopping',
    { timeout: 90_000 },
    async () => {
      const { owner, source, publisher, stop } = await begin()
      proxy.swallow()
      await owner.until(() => source.retrying().length === 4 && source.status() === 'down', 30_000)
      expect(source.retrying()[0]?.error.message).toMatch(/timed out/)
      proxy.pass()
      await publisher.send({ key: 'k', value: 'v' })
      await owner.until(() => owner.messages.length === 2, 30_000)
      const held = () => owner.log.reduce((sum, line) => sum + (line.startsWith('assigned') ? 1 : -1), 0)
      await owner.until(() => source.retrying().length === 0 && source.status() === 'up' && held() === 4)
      proxy.swallow()
      const outcome = await Promise.race([source.stop().then(() => 'stopped'), delay(10_000, 'hangs')])
      expect(outcome).toBe('stopped')
      expect(held()).toBe(0)
      proxy.pass()
      await stop()
    },
  )
})
