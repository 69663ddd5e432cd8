import { createRequire } from 'node:module'
import type { OutgoingMessage } from '../publisher.ts'

const require = createRequire(import.meta.url)

interface Encoder {
  readonly buffer: Buffer
}
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => Encoder
const { RecordBatch: encodeBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(batch: object): Promise<Encoder>
}

/** A record batch as kafkajs' producer writes it, uncompressed; the broker would set its base offset. */
export const encodeRecordBatch = async (
  messages: readonly OutgoingMessage[],
  producer: { readonly producerId: bigint },
): Promise<Buffer> => {
  const timestamps = messages.map(({ timestamp = 0 }) => timestamp)
  const firstTimestamp = timestamps[0]!
  const records = messages.map((message, offsetDelta) =>
    encodeRecord({ ...message, offsetDelta, timestampDelta: timestamps[offsetDelta]! - firstTimestamp }),
  )
  const batch = await encodeBatch({
    records,
    firstTimestamp,
    maxTimestamp: Math.max(...timestamps),
    lastOffsetDelta: messages.length - 1,
    producerId: String(producer.producerId),
  })
  return batch.buffer
}
