import { crc32c } from '@node-rs/crc32'
import type { TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutgoingMessage } from '../publisher.ts'
import { UnreadableBatchError } from '../unreadableBatchError.ts'
import { decompress } from './decompress.ts'
import { encodeRecordBatch } from '../testing/encodeRecordBatch.ts'
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
/** A batch as a broker would return it: with its offset, and changed if a test wants another kind. */
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
  return seal(batch)
}
/** Makes its checksum right again. */
const seal = (batch: Buffer): Buffer => {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
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

  it('leaves gaps if records were compacted away, also at its end', async () => {
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

  it('is left for the next fetch if it is torn', async () => {
    const whole = await batchOf(two)
    const next = await batchOf(two, { baseOffset: 2 })
    for (const length of [0, 5, 30, 61, whole.length - 1])
      expect(await decode(Buffer.concat([whole, next.subarray(0, length)]))).toMatchObject({
        nextOffset: 2,
      })
  })

  it('carries the time of its append if the topic is set so', async () => {
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
    await expect(decode(await batchOf(two, { attributes: 7 }))).rejects.toThrow(
      'The batch of offsets 0 to 1 cannot be read: compression codec 7 is not known',
    )
    await expect(decode(await batchOf(two, { magic: 1 }))).rejects.toThrow(
      'messages in format 1 are not supported',
    )
  })

  it('is refused if its records are not what it says', async () => {
    const more = await batchOf(two)
    more.writeInt32BE(3, 57)
    await expect(decode(seal(more))).rejects.toThrow('cannot be read: A record')
    const fewer = await batchOf(two)
    fewer.writeInt32BE(1, 57)
    await expect(decode(seal(fewer))).rejects.toThrow('its records are not as many as it says')
    const longer = await batchOf(two)
    longer[61]! += 2 // the length of its first record, zigzag
    await expect(decode(seal(longer))).rejects.toThrow('a record is not as long as it says')
  })

  it('is refused if it comes again', async () => {
    await expect(decode(await batchOf(two, { baseOffset: 3 }), 5)).rejects.toThrow(
      'it ends at offset 4, where 5 comes next',
    )
  })
})

describe('a damaged batch', () => {
  const refused = async (records: Buffer, from: number) => {
    const error: unknown = await decode(records, from).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UnreadableBatchError)
    return (error as UnreadableBatchError).batch
  }
  const damaged = async (baseOffset: number, byte: number) => {
    const batch = await batchOf(two, { baseOffset })
    batch[byte]! ^= 0x10
    return batch
  }

  it('is refused whichever bit of its content changed', async () => {
    const batch = await batchOf(two, { baseOffset: 10 })
    for (let bit = 17 * 8; bit < batch.length * 8; bit++) {
      const copy = Buffer.from(batch)
      copy[bit >> 3]! ^= 1 << (bit & 7)
      expect(await refused(copy, 10)).toMatchObject({
        problem: 'its checksum is not that of its content',
        firstOffset: 10,
        bytes: copy,
      })
    }
  })

  it('comes after what can be read before it, which is not held up', async () => {
    const good = await batchOf(two, { baseOffset: 10 })
    const records = Buffer.concat([good, await damaged(12, 62), await batchOf(two, { baseOffset: 14 })])
    expect(await decode(records, 10)).toEqual({
      nextOffset: 12,
      values: [
        [10, 'a'],
        [11, 'b'],
      ],
    })
  })

  it('that unpacks to half of its records leaves none of them', async () => {
    const half = await batchOf(two, { baseOffset: 12 })
    half.writeInt32BE(3, 57)
    const records = Buffer.concat([await batchOf(two, { baseOffset: 10 }), seal(half)])
    expect((await decode(records, 10)).values).toHaveLength(2)
  })

  it('reaches to the offset before the next one, whatever its header says', async () => {
    const next = await batchOf(two, { baseOffset: 14 })
    const lastOffsetDelta = 23
    for (const byte of [lastOffsetDelta, lastOffsetDelta + 1, lastOffsetDelta + 3, 58, 62])
      expect(await refused(Buffer.concat([await damaged(12, byte), next]), 12)).toMatchObject({
        firstOffset: 12,
        nextOffset: 14,
        timestamp: 20,
      })
  })

  it('whose length is damaged reaches no further for what seems to follow', async () => {
    const next = await batchOf(two, { baseOffset: 14 })
    const batch = await batchOf(two, { baseOffset: 12 })
    const length = batch.readInt32BE(8)
    for (const wrong of [length - 8, length - 1, length + 1, length + 9]) {
      batch.writeInt32BE(wrong, 8)
      expect(await refused(Buffer.concat([batch, next, next]), 12)).toMatchObject({ nextOffset: 14 })
    }
  })

  it('that is the last one reaches as far as its header says, if that agrees with itself', async () => {
    expect(await refused(await damaged(12, 62), 12)).toMatchObject({ nextOffset: 14 })
    // In the middle of it, as after one that was skipped in part.
    expect(await refused(await damaged(12, 62), 13)).toMatchObject({ firstOffset: 13, nextOffset: 14 })
    for (const byte of [23, 26, 60])
      expect(await refused(await damaged(12, byte), 12)).toMatchObject({ nextOffset: 13 })
  })

  it('whose length is nonsense is refused, and never loops', async () => {
    const batch = await batchOf(two, { baseOffset: 12 })
    for (const length of [-1, -12, 0, 5, 48]) {
      batch.writeInt32BE(length, 8)
      expect(await refused(batch, 12)).toMatchObject({ firstOffset: 12, bytes: batch })
    }
  })
})
