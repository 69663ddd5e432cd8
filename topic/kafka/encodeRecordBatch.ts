import type { OutgoingMessage } from '../publisher.ts'
import { createByteWriter, varintBytes } from './byteWriter.ts'
import { crc32c } from './crc32c.ts'

/** Who writes, and the number of the batch's first message among all that it wrote to the partition. */
export interface ProducerState {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstSequence: number
}

// RecordBatch (magic 2), https://kafka.apache.org/documentation/#recordbatch; see `recordBatch.ts`.
const headerBytes = 61
const lengthIncludedFrom = 12
const crcAt = 17
const crcCoversFrom = 21
const magic = 2

type Data = Buffer | string | null

/** One uncompressed record batch. The broker sets the offsets; timestamps are the messages' own. */
export const encodeRecordBatch = (messages: readonly OutgoingMessage[], producer: ProducerState): Buffer => {
  const now = Date.now()
  const baseTimestamp = messages[0]?.timestamp ?? now
  let maxTimestamp = baseTimestamp
  let size = headerBytes
  const bodies = messages.map(({ key, value, headers, timestamp = now }, index) => {
    maxTimestamp = Math.max(maxTimestamp, timestamp)
    const pairs = headerPairs(headers)
    const bytes =
      1 + // attributes
      varintBytes(timestamp - baseTimestamp) +
      varintBytes(index) +
      dataBytes(key) +
      dataBytes(value) +
      pairs.reduce((sum, [name, part]) => sum + dataBytes(name) + dataBytes(part), varintBytes(pairs.length))
    size += varintBytes(bytes) + bytes
    return { bytes, pairs }
  })

  const batch = Buffer.allocUnsafe(size)
  const writer = createByteWriter(batch)
  writer.int64(0n) // base offset
  writer.int32(size - lengthIncludedFrom)
  writer.int32(-1) // partition leader epoch
  writer.int8(magic)
  writer.int32(0) // checksum, below
  writer.int16(0) // attributes: no compression, create time, no transaction
  writer.int32(messages.length - 1)
  writer.int64(BigInt(baseTimestamp))
  writer.int64(BigInt(maxTimestamp))
  writer.int64(producer.producerId)
  writer.int16(producer.producerEpoch)
  writer.int32(producer.firstSequence)
  writer.int32(messages.length)
  messages.forEach(({ key, value, timestamp = now }, index) => {
    const { bytes, pairs } = bodies[index]!
    writer.varint(bytes)
    writer.int8(0)
    writer.varint(timestamp - baseTimestamp)
    writer.varint(index)
    writer.data(key)
    writer.data(value)
    writer.varint(pairs.length)
    for (const [name, part] of pairs) {
      writer.data(name)
      writer.data(part)
    }
  })
  batch.writeUInt32BE(crc32c(batch, crcCoversFrom), crcAt)
  return batch
}

const noPairs: [string, Data][] = []

/** A header with several values is written once for each. */
const headerPairs = (headers: OutgoingMessage['headers']): [string, Data][] => {
  if (headers === undefined) return noPairs
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? ''].flat().map((part): [string, Data] => [name, part]),
  )
}

const dataBytes = (data: Data): number => {
  if (data === null) return 1
  const bytes = Buffer.byteLength(data)
  return varintBytes(bytes) + bytes
}
