import { randomBytes } from 'node:crypto'
import type { TopicBatch, TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BatchingOptions } from './batchingPublisher.ts'
import type { Delivery, OutgoingMessage, Publisher } from './publisher.ts'
import { createRecordingOwner, type RecordingOwner } from './recordingOwner.ts'
import type { Source } from './source.ts'

/** A topic of four partitions that no other test uses. */
export interface TopicUnderTest {
  createSource(options?: { maxBytesPerPartition?: number }): Source
  createPublisher(options?: { batching?: BatchingOptions }): Publisher
  /** Removes the topic and makes it anew, empty, with as many partitions. */
  recreate(): Promise<void>
  remove(): Promise<void>
}

const texts = (owner: RecordingOwner, partition?: number) =>
  owner.batches
    .filter((batch) => partition === undefined || batch.partition === partition)
    .flatMap((batch) => batch.messages.map(({ value }) => value?.toString()))

/** A message may be an instance with getters, which an equality does not see. */
const plain = ({ offset, key, value, headers, timestamp }: TopicMessage) => ({
  offset,
  key,
  value,
  headers,
  timestamp,
})

const numbered = (count: number, from = 0): OutgoingMessage[] =>
  Array.from({ length: count }, (_, index) => ({ key: `key-${index % 50}`, value: `${from + index}` }))

/** What every pair of source and publisher keeps to, whatever carries the messages. */
export const describeTopic = (name: string, open: () => Promise<TopicUnderTest>): void => {
  describe(`${name} as a topic`, () => {
    let topic: TopicUnderTest
    let publisher: Publisher
    const sources: Source[] = []

    const publish = async (messages: readonly OutgoingMessage[]): Promise<Delivery[]> => {
      const sent = messages.map(async (message) => publisher.send(message))
      await publisher.flush()
      return Promise.all(sent)
    }
    const startSource = async (owner: RecordingOwner, options = {}) => {
      const source = topic.createSource(options)
      sources.push(source)
      await source.start(owner)
      return source
    }

    beforeEach(async () => {
      topic = await open()
      publisher = topic.createPublisher()
    })
    afterEach(async () => {
      await Promise.all(sources.splice(0).map(async (source) => source.stop()))
      await publisher.stop()
      await topic.remove()
    })

    it('delivers each message byte for byte, where the publisher said it lies', async () => {
      const messages: OutgoingMessage[] = [
        { key: 'text', value: '{"a":"ü€😀"}', timestamp: 1_700_000_000_000 },
        { key: randomBytes(16), value: Buffer.from([0xff, 0x00, 0x0a, 0xc3, 0x28]), timestamp: 86_400_000 },
        { key: null, value: 'no key', timestamp: 1_700_000_000_001 },
        { key: 'tombstone', value: null, timestamp: 1_700_000_000_002 },
        { key: 'empty', value: '', timestamp: 1_700_000_000_003 },
        { key: '', value: 'line\nbreak\u2028\ufeff', timestamp: 1_700_000_000_004 },
        { key: 'big', value: randomBytes(300_000), timestamp: 1_700_000_000_005 },
        {
          key: 'headers',
          value: 'v',
          timestamp: 1_700_000_000_006,
          headers: { ce_id: 'one', raw: Buffer.from([0xfe]), many: ['a', Buffer.from('b'), 'a'], none: '' },
        },
      ]
      const deliveries = await publish(messages)
      const owner = createRecordingOwner()
      await startSource(owner)
      await owner.until(() => owner.messages.length === messages.length)

      const bytes = (data: Buffer | string | null) => (data === null ? null : Buffer.from(data))
      messages.forEach(({ key, value, headers, timestamp }, index) => {
        const { partition, offset } = deliveries[index]!
        const received = owner.batches
          .filter((batch) => batch.partition === partition)
          .flatMap((batch) => batch.messages)
          .find((message) => message.offset === offset)!
        expect(plain(received)).toEqual({
          offset,
          key: bytes(key),
          value: bytes(value),
          timestamp,
          headers: headers && {
            ce_id: Buffer.from('one'),
            raw: Buffer.from([0xfe]),
            many: [Buffer.from('a'), Buffer.from('b'), Buffer.from('a')],
            none: Buffer.alloc(0),
          },
        })
      })
    })

    it('keeps the order of a partition, and its batches account for every offset once', async () => {
      await publisher.stop()
      publisher = topic.createPublisher({ batching: { maxMessages: 500 } })
      const deliveries = await publish(numbered(5_000))
      const owner = createRecordingOwner()
      await startSource(owner, { maxBytesPerPartition: 20_000 })
      await owner.until(() => owner.messages.length === 5_000)

      expect(owner.batches.length).toBeGreaterThan(4)
      for (let partition = 0; partition < 4; partition++) {
        const expected = deliveries.flatMap((delivery, index) =>
          delivery.partition === partition ? [`${index}`] : [],
        )
        expect(texts(owner, partition)).toEqual(expected)
        let next = 0
        for (const batch of owner.batches.filter((candidate) => candidate.partition === partition)) {
          expect(batch.firstOffset).toBe(next)
          expect(batch.messages.map(({ offset }) => offset)).toEqual(
            Array.from({ length: batch.nextOffset - batch.firstOffset }, (_, index) => next + index),
          )
          expect(batch.endOffset).toBe(expected.length)
          next = batch.nextOffset
        }
        expect(next).toBe(expected.length)
      }
    })

    it('puts the same key in the same partition, and a given partition wins', async () => {
      const deliveries = await publish([
        { key: 'k', value: '1' },
        { key: Buffer.from('k'), value: '2' },
        { key: 'k', value: '3', partition: 3 },
        { key: 'k', value: '4', partition: 2 },
      ])
      const partitions = deliveries.map(({ partition }) => partition)
      expect(partitions[1]).toBe(partitions[0])
      expect(partitions.slice(2)).toEqual([3, 2])
    })

    it('spreads messages without a key over the partitions', async () => {
      const deliveries = await publish(Array.from({ length: 8 }, () => ({ key: null, value: 'v' })))
      expect(new Set(deliveries.map(({ partition }) => partition)).size).toBe(4)
    })

    it('delivers what is published while it runs', async () => {
      const owner = createRecordingOwner()
      await startSource(owner)
      for (let round = 0; round < 5; round++) {
        await publish(numbered(20, round * 20))
        await owner.until(() => owner.messages.length === (round + 1) * 20)
      }
      expect(
        texts(owner)
          .map(Number)
          .toSorted((a, b) => a - b),
      ).toEqual(Array.from({ length: 100 }, (_, i) => i))
    })

    it('begins where the owner says', async () => {
      await publish(
        Array.from({ length: 10 }, (_, index) => ({ key: null, value: `${index}`, partition: 1 })),
      )
      const owner = createRecordingOwner({ offsets: new Map([[1, 7]]) })
      await startSource(owner)
      await owner.until(() => owner.messages.length === 3)
      expect(texts(owner)).toEqual(['7', '8', '9'])
      expect(owner.batches[0]?.firstOffset).toBe(7)
      expect(owner.log).toContain('assigned 1 at 10')
    })

    it('seeks where the owner answers another offset than the next', async () => {
      await publish(
        Array.from({ length: 10 }, (_, index) => ({ key: null, value: `${index}`, partition: 0 })),
      )
      let hasSought = false
      const owner = createRecordingOwner({
        take: () => {
          if (hasSought) return undefined
          hasSought = true
          return 4
        },
      })
      await startSource(owner)
      await owner.until(() => owner.messages.length === 16)
      expect(owner.batches.map(({ firstOffset }) => firstOffset)).toEqual([0, 4])
      expect(texts(owner).slice(10)).toEqual(['4', '5', '6', '7', '8', '9'])
    })

    it('takes one batch of a partition at a time, and other partitions meanwhile', async () => {
      const running = new Set<number>()
      let isOverlapping = false
      let most = 0
      await publish(numbered(2_000))
      const owner = createRecordingOwner({
        take: async ({ partition }: TopicBatch) => {
          isOverlapping ||= running.has(partition)
          running.add(partition)
          most = Math.max(most, running.size)
          await owner.until(() => owner.batches.length >= 4 || owner.messages.length > 0)
          running.delete(partition)
        },
      })
      await startSource(owner, { maxBytesPerPartition: 10_000 })
      await owner.until(() => owner.messages.length === 2_000)
      expect(isOverlapping).toBe(false)
      expect(most).toBe(4)
    })

    it('reads on in other partitions while the owner hangs in one', async () => {
      const release = Promise.withResolvers<void>()
      const owner = createRecordingOwner({
        take: async ({ partition }) => (partition === 0 ? release.promise : undefined),
      })
      await startSource(owner)
      await publish([{ key: null, value: 'stuck', partition: 0 }])
      await owner.until(() => owner.batches.length === 1)
      for (let round = 1; round <= 5; round++) {
        await publish([1, 2, 3].map((partition) => ({ key: null, value: 'v', partition })))
        await owner.until(() => owner.messages.length === round * 3)
      }
      release.resolve()
      await owner.until(() => owner.messages.length === 16)
    })

    it('stops only the partition whose owner throws, and reports it', async () => {
      const owner = createRecordingOwner({
        take: ({ partition }) => {
          if (partition === 2) throw new Error('bug on one event')
        },
      })
      const source = await startSource(owner)
      const everywhere = [0, 1, 2, 3].map((partition) => ({ key: null, value: 'v', partition }))
      await publish(everywhere)
      await owner.until(() => owner.messages.length === 3 && source.stopped().length === 1)
      await publish(everywhere)
      await owner.until(() => owner.messages.length === 6)
      expect(source.stopped()).toEqual([{ partition: 2, error: new Error('bug on one event') }])
      expect(owner.batches.filter(({ partition }) => partition === 2)).toHaveLength(1)
      expect(source.status()).toBe('up')
    })

    it('leaves a partition alone that the owner refuses', async () => {
      const owner = createRecordingOwner({
        assigned: (partition) => {
          if (partition === 3) throw new Error('its end is below what is stored')
          return 0
        },
      })
      const source = await startSource(owner)
      await publish([0, 1, 2, 3].map((partition) => ({ key: null, value: 'v', partition })))
      await owner.until(() => owner.messages.length === 3 && source.stopped().length === 1)
      expect(source.stopped()[0]).toMatchObject({ partition: 3 })
      await source.stop()
      expect(owner.log.filter((line) => line.startsWith('revoked')).toSorted()).toEqual([
        'revoked 0',
        'revoked 1',
        'revoked 2',
      ])
    })

    it('stops a partition where the owner asks for an offset that it does not hold', async () => {
      const owner = createRecordingOwner({ offsets: new Map([[1, 5]]) })
      const source = await startSource(owner)
      await owner.until(() => source.stopped().length === 1)
      expect(source.stopped()[0]?.error.message).toBe(
        'Partition 1 cannot be read from offset 5: it holds 0 to 0',
      )
    })

    it('tells the ends, started or not', async () => {
      const source = topic.createSource()
      sources.push(source)
      await publish([
        { key: null, value: 'a', partition: 1 },
        { key: null, value: 'b', partition: 1 },
        { key: null, value: 'c', partition: 3 },
      ])
      const topicId = expect.any(String)
      const expected = [0, 2, 0, 1].map((endOffset, partition) => ({
        partition,
        startOffset: 0,
        endOffset,
        topicId,
      }))
      expect(await source.ends()).toEqual(expected)
      expect(source.status()).toBe('connecting')
      await source.start(createRecordingOwner())
      expect(await source.ends()).toEqual(expected)
      expect(source.status()).toBe('up')
    })

    it('tells a topic that was created anew from the one before, and no two runs apart', async () => {
      // While it is made anew it has no ends.
      const idOf = async (source: Source) => (await source.ends().catch(() => []))[0]?.topicId
      await publish([{ key: null, value: 'v' }])
      const source = topic.createSource()
      sources.push(source)
      const before = await idOf(source)
      const other = topic.createSource()
      sources.push(other)
      expect(await idOf(other)).toBe(before)
      await topic.recreate()
      await vi.waitUntil(async () => ![undefined, before].includes(await idOf(source)), { timeout: 20_000 })
    }, 40_000)

    it('lets the batch under way end before it gives a partition up, and stops once', async () => {
      const release = Promise.withResolvers<void>()
      const owner = createRecordingOwner({
        take: async () => {
          await release.promise
          owner.log.push('took')
        },
      })
      const source = await startSource(owner)
      await publish([{ key: null, value: 'v', partition: 0 }])
      await owner.until(() => owner.batches.length === 1)
      const stopped = Promise.all([source.stop(), source.stop()])
      await owner.until(() => owner.log.filter((line) => line.startsWith('revoked')).length === 3)
      expect(owner.log).not.toContain('revoked 0')
      release.resolve()
      await stopped
      expect(owner.log.slice(-2)).toEqual(['took', 'revoked 0'])
    })

    it('tells a waiting owner that the partition is no longer its own', async () => {
      const owner = createRecordingOwner({
        take: async (_, alive) => {
          for (;;) {
            await alive()
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
        },
      })
      const source = await startSource(owner)
      await publish([{ key: null, value: 'v', partition: 0 }])
      await owner.until(() => owner.batches.length === 1)
      await source.stop()
      expect(source.stopped()).toEqual([])
      expect(owner.log).toContain('revoked 0')
      expect(owner.messages).toEqual([])
    })

    it('goes on where the previous owner ended', async () => {
      const offsets = new Map<number, number>()
      const first = createRecordingOwner({ offsets })
      const source = await startSource(first)
      await publish(numbered(100))
      await first.until(() => first.messages.length === 100)
      await source.stop()
      await publish(numbered(100, 100))
      const second = createRecordingOwner({ offsets })
      await startSource(second)
      await second.until(() => second.messages.length === 100)
      expect(
        texts(second)
          .map(Number)
          .every((number) => number >= 100),
      ).toBe(true)
    })

    it('asks the owner again when the topic is created anew under it', async () => {
      const stored = new Map<number, number>()
      const owner = createRecordingOwner({
        offsets: stored,
        assigned: (partition, endOffset) => {
          const next = stored.get(partition) ?? 0
          if (endOffset < next) throw new Error(`ends at ${endOffset}, below ${next}`)
          return next
        },
      })
      const source = await startSource(owner)
      await publish(
        Array.from({ length: 10 }, (_, index) => ({ key: null, value: `${index}`, partition: 1 })),
      )
      await owner.until(() => owner.messages.length === 10)
      await topic.recreate()
      await owner.until(() => source.stopped().length === 1, 40_000)
      expect(source.stopped()).toEqual([{ partition: 1, error: new Error('ends at 0, below 10') }])
      await publisher.stop()
      publisher = topic.createPublisher()
      await publish([0, 1, 2].map((partition) => ({ key: null, value: 'new', partition })))
      await owner.until(() => owner.messages.length === 12, 40_000)
      expect(texts(owner, 1)).not.toContain('new')
    }, 90_000)

    it('does not read a topic that was created anew between two runs', async () => {
      await publish([{ key: null, value: 'v', partition: 0 }])
      const owner = createRecordingOwner({ offsets: new Map([[0, 500]]) })
      const source = await startSource(owner)
      await owner.until(() => source.stopped().length === 1)
      expect(owner.messages).toEqual([])
    })

    it('gathers messages into batches and keeps back a producer that is too fast', async () => {
      await publisher.stop()
      publisher = topic.createPublisher({ batching: { maxMessages: 100, maxPendingBytes: 50_000 } })
      const sent: Promise<Delivery>[] = []
      let acknowledged = 0
      let mostPending = 0
      for (let index = 0; index < 3_000; index++) {
        await publisher.ready()
        sent.push(publisher.send({ key: `${index}`, value: 'x'.repeat(500) }))
        sent.at(-1)!.then(
          () => acknowledged++,
          () => undefined,
        )
        mostPending = Math.max(mostPending, sent.length - acknowledged)
      }
      await publisher.flush()
      const deliveries = await Promise.all(sent)
      expect(mostPending).toBeLessThan(300)
      const places = new Set(deliveries.map(({ partition, offset }) => `${partition}/${offset}`))
      expect(places.size).toBe(3_000)
    })

    it('sends what waits on stop, and takes nothing afterwards', async () => {
      const sent = publisher.send({ key: 'k', value: 'v' })
      await publisher.stop()
      expect(await sent).toMatchObject({ offset: 0 })
      await expect(publisher.send({ key: 'k', value: 'v' })).rejects.toThrow('stopped')
    })
  })
}
