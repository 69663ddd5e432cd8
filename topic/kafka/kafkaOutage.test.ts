import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startKafkaBroker, type KafkaBroker } from '@patterns/testing/kafkaBroker.ts'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createRecordingOwner } from '../recordingOwner.ts'
import { createTestTopic } from './testTopic.ts'

// A broker of our own, since it is stopped; where none can be started the suite has none either.
const canStart = inject('kafkaBrokers') !== null

describe.skipIf(!canStart)('a broker that goes away', () => {
  let dir: string
  let broker: KafkaBroker

  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'patterns-kafka-outage-'))
    broker = await startKafkaBroker({ dir, isShortLived: true, heapMebibytes: 256 })
  })
  afterAll(async () => {
    await broker.kill()
    await rm(dir, { recursive: true, force: true })
  })

  it.each(['stop', 'kill'] as const)(
    'loses nothing and doubles nothing after a %s, and is reported meanwhile',
    async (end) => {
      const topic = await createTestTopic(broker.brokers)
      const publisher = topic.createPublisher()
      const source = topic.createSource()
      const owner = createRecordingOwner()
      let sent = 0
      let failed = 0
      const send = (count: number) => {
        for (let index = 0; index < count; index++)
          publisher.send({ key: `${sent}`, value: `${sent++}` }).catch(() => failed++)
      }
      try {
        await source.start(owner)
        send(500)
        await owner.until(() => owner.messages.length === 500)
        await broker[end]()
        send(500)
        await owner.until(() => source.status() === 'down')
        await expect(source.ends()).rejects.toThrow(/connect/i)
        expect(owner.messages).toHaveLength(500)
        await broker.restart()
        await owner.until(() => source.status() === 'up', 60_000)
        send(500)
        await owner.until(() => owner.messages.length === 1_500, 60_000)

        expect(failed).toBe(0)
        const values = owner.messages.map(({ value }) => Number(value?.toString()))
        expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1_500 }, (_, index) => index))
        expect(source.stopped()).toEqual([])
        expect((await source.ends()).reduce((sum, { endOffset }) => sum + endOffset, 0)).toBe(1_500)
      } finally {
        await source.stop()
        await publisher.stop()
        await topic.admin.disconnect()
      }
    },
    120_000,
  )
})
