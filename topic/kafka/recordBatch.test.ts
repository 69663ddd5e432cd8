import type { TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutgoingMessage } from '../publisher.ts'
import { encodeRecordBatch } from './kafkajs/encodeRecordBatch.ts'
import { decompress } from './kafkajs/kafkajs.ts'
import { decodeRecords } from './recordBatch.ts'

const producer = { producerId: 7n }
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
const messages = fc.array(
  fc.record({
    key: fc.option(bytes),
    value: fc.option(bytes),
    // From nothing to the greatest time that Kafka's own tools print, in any order.
    timestamp: fc.integer({ min: 0, max: 253_402_300_799_999 }),
    headers: fc.dictionary(fc.string(), fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 }))),
  }),
  { minLength: 1, maxLength: 30 },
)

const plain = ({ offset, key, value, headers, timestamp }: TopicMessage) => ({
  offset,
  key,
  value,
  timestamp,
  headers: { ...headers },
})

interface Changes {
  readonly baseOffset?: number
  readonly attributes?: number
  readonly magic?: number
  readonly lastOffsetDelta?: number
}
/** A batch as a broker would return it: with its offset, and changed where a test wants another kind. */
const batchOf = async (
  list: readonly OutgoingMessage[],
  changes: Changes = {},
  state = producer,
): Promise<Buffer> => {
  const batch = await encodeRecordBatch(list, state)
  batch.writeBigInt64BE(BigInt(changes.baseOffset ?? 0), 0)
  if (changes.magic !== undefined) batch.writeInt8(changes.magic, 16)
  if (changes.attributes !== undefined) batch.writeInt16BE(changes.attributes, 21)
  if (changes.lastOffsetDelta !== undefined) batch.writeInt32BE(changes.lastOffsetDelta, 23)
  return batch
}
const two: OutgoingMessage[] = [
  { key: null, value: 'a', timestamp: 10 },
  { key: null, value: 'b', timestamp: 20 },
]
const decode = async (records: Buffer, from = 0) => {
  const { messages: list, nextOffset } = await decodeRecords(records, from, [], decompress)
  return { nextOffset, values: list.map(({ offset, value }) => [offset, `${value}`]) }
}

describe('a record batch', () => {
  it('comes back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(messages, fc.nat({ max: 2 ** 40 }), async (list, baseOffset) => {
        const decoded = await decodeRecords(await batchOf(list, { baseOffset }), baseOffset, [], decompress)
        expect(decoded.nextOffset).toBe(baseOffset + list.length)
        expect(decoded.messages.map(plain)).toEqual(
          list.map((message, index) => ({
            ...message,
            headers: { ...message.headers },
            offset: baseOffset + index,
          })),
        )
      }),
    )
  })

  it('leaves gaps where records were compacted away, also at its end', async () => {
    const records = Buffer.concat([
      await batchOf(two, { lastOffsetDelta: 9 }),
      await batchOf(two, { baseOffset: 20 }),
    ])
    expect(await decode(records)).toEqual({
      nextOffset: 22,
      values: [
        [0, 'a'],
        [1, 'b'],
        [20, 'a'],
        [21, 'b'],
      ],
    })
  })

  it('is left for the next fetch where it is torn', async () => {
    const whole = await batchOf(two)
    const next = await batchOf(two, { baseOffset: 2 })
    for (const length of [0, 5, 30, 61, whole.length - 1])
      expect(await decode(Buffer.concat([whole, next.subarray(0, length)]))).toMatchObject({
        nextOffset: 2,
      })
  })

  it('carries the time of its append where the topic is set so', async () => {
    const { messages: list } = await decodeRecords(
      await batchOf(two, { attributes: 0x08 }),
      0,
      [],
      decompress,
    )
    expect(list.map(({ timestamp }) => timestamp)).toEqual([20, 20])
  })

  it('of an aborted transaction does not count, up to the abort marker of its producer', async () => {
    const other = { ...producer, producerId: 8n }
    const marker = (type: number, baseOffset: number) =>
      batchOf([{ key: Buffer.from([0, 0, 0, type]), value: '' }], { baseOffset, attributes: 0x30 })
    const batches = await Promise.all([
      batchOf(two, { baseOffset: 0, attributes: 0x10 }), // aborted
      batchOf(two, { baseOffset: 2, attributes: 0x10 }, other), // another producer's
      marker(0, 4),
      batchOf(two, { baseOffset: 5, attributes: 0x10 }), // the same producer's next
      marker(1, 7),
    ])
    const records = Buffer.concat(batches)
    const { messages: list, nextOffset } = await decodeRecords(
      records,
      0,
      [{ producerId: 7n, firstOffset: 0 }],
      decompress,
    )
    expect(list.map(({ offset }) => offset)).toEqual([2, 3, 5, 6])
    expect(nextOffset).toBe(8)
  })

  it('is refused by name in a codec or format that is not supported', async () => {
    await expect(decode(await batchOf(two, { attributes: 3 }))).rejects.toThrow(
      'LZ4 compression not implemented',
    )
    await expect(decode(await batchOf(two, { attributes: 7 }))).rejects.toThrow(
      'Compression codec 7 is not known',
    )
    await expect(decode(await batchOf(two, { magic: 1 }))).rejects.toThrow(
      'Messages in format 1 are not supported',
    )
  })

  it('is refused where a record goes past its end', async () => {
    const batch = await batchOf(two)
    batch.writeInt32BE(3, 57)
    await expect(decode(batch)).rejects.toThrow(RangeError)
  })
})
