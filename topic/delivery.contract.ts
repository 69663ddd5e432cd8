import { randomBytes } from 'node:crypto'
import type { TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import { expect, it } from 'vitest'
import type { OutgoingMessage } from './publisher.ts'
import { createRecordingOwner } from './testing/recordingOwner.ts'
import { numbered, texts, type TopicFixture } from './testing/topicFixture.ts'

/** A message may be an instance with getters, which an equality does not see. */
const plain = ({ offset, key, value, headers, timestamp }: TopicMessage) => ({
  offset,
  key,
  value,
  headers,
  timestamp,
})

/** What comes out of every topic: all that was published, as it was, in the order of its partition. */
export const deliveryContract = ({ replacePublisher, publish, startSource }: TopicFixture): void => {
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
    await replacePublisher({ batching: { maxMessages: 500 } })
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
}
