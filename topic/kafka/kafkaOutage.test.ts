import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startKafkaBroker, type KafkaBroker } from '@patterns/testing/kafkaBroker.ts'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createRecordingOwner } from '../testing/recordingOwner.ts'
import { createTestTopic } from '../testing/kafkaTestTopic.ts'

// A broker of our own, since it is stopped; if none can be started the suite has none either.
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

  it('tells how far its log goes under each leader, and of a fetch that it goes on from elsewhere', async () => {
    const topic = await createTestTopic(broker.brokers, { partitions: 1 })
    const owner = createRecordingOwner()
    const reader = topic.createSource()
    const publish = async (from: number, to: number) => {
      const publisher = topic.createPublisher()
      for (let number = from; number < to; number++) await publisher.send({ key: null, value: `${number}` })
      await publisher.stop()
    }
    const epochAt = (offset: number) =>
      owner.batches.find(({ firstOffset, nextOffset }) => firstOffset <= offset && offset < nextOffset)!
        .leaderEpoch!
    await reader.start(owner)
    await publish(0, 5)
    await owner.until(() => owner.messages.length === 5)
    await broker.restart()
    await publish(5, 15)
    await owner.until(() => owner.messages.length === 15, 60_000)
    await reader.stop()
    const [before, after] = [epochAt(0), epochAt(14)]
    expect(after).toBeGreaterThan(before)

    // The message before offset 10 was taken by another leader than this owner knows of.
    const misled = createRecordingOwner({ offsets: new Map([[0, 10]]) })
    const known = { epoch: before }
    misled.leaderEpoch = () => known.epoch
    const source = topic.createSource()
    await source.start(misled)
    const history = source.history(0)
    expect(await history.epochEnd(before)).toEqual({ leaderEpoch: before, endOffset: 5 })
    expect(await history.epochEnd(after)).toEqual({ leaderEpoch: after, endOffset: 15 })
    expect(await history.epochEnd(after + 5)).toBeNull()
    expect([await history.valueAt(14), await history.valueAt(15)].map(String)).toEqual(['14', 'undefined'])

    await misled.until(() => misled.log.filter((line) => line.startsWith('assigned')).length >= 2)
    expect(misled.messages).toEqual([])
    known.epoch = after
    await misled.until(() => misled.messages.length === 5)
    await source.stop()
    await topic.remove()
  }, 120_000)
})
