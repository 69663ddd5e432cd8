import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '@patterns/testing/freePort.ts'
import { type KafkaBroker, startKafkaBroker } from '@patterns/testing/kafkaBroker.ts'
import { type Proxy, startProxy } from '@patterns/testing/proxy.ts'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Delivery } from '../publisher.ts'
import { createRecordingOwner } from '../testing/recordingOwner.ts'
import { createTestTopic } from '../testing/kafkaTestTopic.ts'

// A broker of our own, since all ways to it lead through a proxy; if none can be started the suite has none either.
const canStart = inject('kafkaBrokers') !== null

describe.skipIf(!canStart)('a publisher whose answers get lost', () => {
  let dir: string
  let broker: KafkaBroker
  let proxy: Proxy

  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'patterns-kafka-publisher-'))
    const port = await freePort()
    proxy = await startProxy({ port })
    broker = await startKafkaBroker({
      dir,
      port,
      isShortLived: true,
      heapMebibytes: 256,
      properties: { 'advertised.listeners': `PLAINTEXT://${proxy.host}:${proxy.port}` },
    })
  })
  afterAll(async () => {
    await broker.kill()
    await proxy.cut()
    await rm(dir, { recursive: true, force: true })
  })

  test('has each message there once, in the order of the calls, at the place that it says', async () => {
    const topic = await createTestTopic(`${proxy.host}:${proxy.port}`)
    const publisher = topic.createPublisher({ batching: { maxMessages: 20 } })
    const sent: Promise<Delivery>[] = []
    const send = (count: number) => {
      for (let index = 0; index < count; index++)
        sent.push(publisher.send({ key: `key ${index % 7}`, value: `${sent.length}` }))
    }
    send(60)
    await publisher.flush()
    for (let lost = 0; lost < 5; lost++) {
      // The broker has written what it answers for, and the publisher does not know.
      const answerLost = proxy.resetAfter(1)
      send(60)
      await answerLost
      await publisher.flush()
    }
    const deliveries = await Promise.all(sent)
    await publisher.stop()

    const owner = createRecordingOwner()
    const source = topic.createSource()
    await source.start(owner)
    const ends = await source.ends()
    expect(ends.reduce((sum, { endOffset }) => sum + endOffset, 0)).toBe(sent.length)
    await owner.until(() => owner.messages.length === sent.length)
    for (const { partition } of ends) {
      const values = owner.batches
        .filter((batch) => batch.partition === partition)
        .flatMap(({ messages }) => messages.map(({ value }) => Number(value)))
      expect(values).toEqual(values.toSorted((a, b) => a - b))
      values.forEach((value, offset) => expect(deliveries[value]).toEqual({ partition, offset }))
    }
    await source.stop()
    await topic.remove()
  }, 60_000)
})
