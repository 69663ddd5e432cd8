import type { MessageHeaders, TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import { UnreadableBatchError } from '../unreadableBatchError.ts'
import {
  attributesAt,
  baseOffsetOf,
  baseTimestampAt,
  endOfBatch,
  isIntact,
  lastOffsetOf,
  leaderEpochOf,
  magicAt,
  maxTimestampAt,
  producerIdAt,
  readInt64,
  recordsAt,
  recordsCountAt,
  supportedMagic,
} from './batchHeader.ts'
import { createByteReader, type ByteReader } from './byteReader.ts'
import { describeUnreadable } from './describeUnreadable.ts'

/** A transaction that was aborted: the producer's records from this offset up to its abort marker do not count. */
export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: number
}

export interface DecodedRecords {
  readonly messages: TopicMessage[]
  /** The offset after the last batch that was complete; offsets before it without a message are not records. */
  readonly nextOffset: number
  /** Under which leader the last of them was taken; `null` if there is none, or if it does not say. */
  readonly leaderEpoch: number | null
}

const codecMask = 0x07
const logAppendTimeFlag = 0x08
const transactionalFlag = 0x10
const controlFlag = 0x20
const abortMarkerType = 0

/** What one fetch may be once it is unpacked; what comes after the batch that passes it is fetched again. */
const enoughUnpackedBytes = 32 << 20

/**
 * Decodes the record batches of one fetched partition from `fetchOffset` on: without control records and
 * aborted transactions, and without the torn batch that a size limit may leave at the end. Keys and values
 * are views of the fetched bytes. What comes before a batch that cannot be read is returned; the next fetch begins at it.
 * @throws UnreadableBatchError if the first batch is damaged, of a format before version 2, or of a codec that does
 * not exist, or unpacks to too much
 */
export const decodeRecords = async (
  records: Buffer,
  fetchOffset: number,
  aborted: readonly AbortedTransaction[],
  decompress: (codec: number, compressed: Buffer) => Promise<Buffer>,
): Promise<DecodedRecords> => {
  const messages: TopicMessage[] = []
  const isAborted = trackAborted(aborted)
  let nextOffset = fetchOffset
  let leaderEpoch: number | null = null
  let unpacked = 0
  for (let at = 0; at + magicAt < records.length && unpacked < enoughUnpackedBytes;) {
    const end = endOfBatch(records, at)
    if (end > records.length) break
    const known = messages.length
    try {
      const batch = checkBatch(records.subarray(at, end), nextOffset)
      const attributes = batch.readInt16BE(attributesAt)
      const lastOffset = lastOffsetOf(batch)
      if (!isAborted(batch, attributes, lastOffset) && !(attributes & controlFlag)) {
        const codec = attributes & codecMask
        const packed = batch.subarray(recordsAt)
        const payload = codec === 0 ? packed : await decompress(codec, packed)
        appendMessages(messages, batch, payload, fetchOffset)
        unpacked += payload.length
      }
      nextOffset = lastOffset + 1
      leaderEpoch = leaderEpochOf(batch)
      at = end
    } catch (error) {
      if (nextOffset === fetchOffset)
        throw new UnreadableBatchError(describeUnreadable(records.subarray(at), fetchOffset, error), error)
      messages.length = known
      break
    }
  }
  return { messages, nextOffset, leaderEpoch }
}

/** The batch. @throws if it is not what its header or its checksum says */
const checkBatch = (batch: Buffer, expectedOffset: number): Buffer => {
  const magic = batch.length > magicAt ? batch.readInt8(magicAt) : supportedMagic
  if (magic !== supportedMagic)
    throw new Error(`messages in format ${magic} are not supported, only in format ${supportedMagic}`)
  if (batch.length < recordsAt) throw new Error('it says that it is shorter than its header')
  if (!isIntact(batch)) throw new Error('its checksum is not that of its content')
  if (lastOffsetOf(batch) < expectedOffset)
    throw new Error(`it ends at offset ${lastOffsetOf(batch)}, where ${expectedOffset} comes next`)
  return batch
}

/** Follows the producers whose transaction was aborted, batch by batch, as Kafka's own consumer does. */
const trackAborted = (aborted: readonly AbortedTransaction[]) => {
  const pending = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset)
  const abortedProducers = new Set<bigint>()
  return (batch: Buffer, attributes: number, lastOffset: number): boolean => {
    if (pending.length === 0 && abortedProducers.size === 0) return false
    while (pending[0] && pending[0].firstOffset <= lastOffset)
      abortedProducers.add(pending.shift()!.producerId)
    const producerId = batch.readBigInt64BE(producerIdAt)
    if (!(attributes & controlFlag))
      return (attributes & transactionalFlag) !== 0 && abortedProducers.has(producerId)
    if (markerType(batch) === abortMarkerType) abortedProducers.delete(producerId)
    return false
  }
}

/** The kind of control record: 0 abort, 1 commit. Its key is a version and a type, both int16. */
const markerType = (batch: Buffer): number => {
  const reader = createByteReader(batch, recordsAt)
  skipToKey(reader)
  reader.varint() // key length
  return batch.readInt16BE(reader.at() + 2)
}

const skipToKey = (reader: ByteReader) => {
  reader.varint() // record length
  reader.skip(1) // attributes, unused
  reader.varint() // timestamp delta
  reader.varint() // offset delta
}

const appendMessages = (messages: TopicMessage[], batch: Buffer, payload: Buffer, fetchOffset: number) => {
  const baseOffset = baseOffsetOf(batch)
  const baseTimestamp = readInt64(batch, baseTimestampAt)
  const appendTime =
    batch.readInt16BE(attributesAt) & logAppendTimeFlag ? readInt64(batch, maxTimestampAt) : undefined
  const reader = createByteReader(payload, 0)
  for (let left = batch.readInt32BE(recordsCountAt); left > 0; left--) {
    const length = reader.varint()
    const end = reader.at() + length
    reader.skip(1)
    const timestamp = appendTime ?? baseTimestamp + reader.varint()
    if (appendTime !== undefined) reader.varint()
    const offset = baseOffset + reader.varint()
    // A compressed batch comes whole, even if the fetch begins inside it.
    if (offset < fetchOffset) {
      reader.moveTo(end)
      continue
    }
    const keyLength = reader.varint()
    const keyAt = keyLength < 0 ? noKey : reader.at()
    reader.skip(Math.max(0, keyLength))
    const value = reader.bytes()
    messages.push(new KafkaMessage(offset, payload, keyAt, keyLength, value, readHeaders(reader), timestamp))
    if (reader.at() !== end) throw new RangeError('a record is not as long as it says')
  }
  if (reader.at() !== payload.length) throw new RangeError('its records are not as many as it says')
}

const noKey = -1

/** A view is made of the key only if it is asked for, which is rare. */
class KafkaMessage implements TopicMessage {
  readonly offset: number
  readonly value: Buffer | null
  readonly headers: MessageHeaders | undefined
  readonly timestamp: number
  readonly #payload: Buffer
  readonly #keyAt: number
  readonly #keyLength: number

  constructor(
    offset: number,
    payload: Buffer,
    keyAt: number,
    keyLength: number,
    value: Buffer | null,
    headers: MessageHeaders | undefined,
    timestamp: number,
  ) {
    this.offset = offset
    this.value = value
    this.headers = headers
    this.timestamp = timestamp
    this.#payload = payload
    this.#keyAt = keyAt
    this.#keyLength = keyLength
  }

  get key(): Buffer | null {
    return this.#keyAt === noKey ? null : this.#payload.subarray(this.#keyAt, this.#keyAt + this.#keyLength)
  }
}

const readHeaders = (reader: ByteReader): MessageHeaders | undefined => {
  const count = reader.varint()
  if (count === 0) return undefined
  // Without a prototype: a header may be called `__proto__` or `constructor`.
  const headers = Object.create(null) as Record<string, Buffer | Buffer[] | undefined>
  for (let left = count; left > 0; left--) {
    const name = reader.bytes()!.toString('utf8')
    const value = reader.bytes() ?? emptyValue
    const before = headers[name]
    if (before === undefined) headers[name] = value
    else if (Array.isArray(before)) before.push(value)
    else headers[name] = [before, value]
  }
  return headers
}

const emptyValue = Buffer.alloc(0)
