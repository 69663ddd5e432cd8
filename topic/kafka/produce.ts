import { createByteWriter } from './byteWriter.ts'
import type { KafkaNode } from './kafkajs/kafkajs.ts'
import { readInt64 } from './recordBatch.ts'

const produceKey = 0
/** Known to every broker since Kafka 2.1, and to Kafka 4. */
const produceVersion = 7
const allReplicas = -1
/** How long a broker waits for its replicas; below the client's own timeout for a request. */
const replicasTimeoutMs = 10_000

export interface ProducedPartition {
  readonly partition: number
  /** 0 is success; see `protocolError`. */
  readonly errorCode: number
  /** The offset of the batch's first message; the others follow without a gap. */
  readonly baseOffset: number
}

/** Sends one record batch for each of some partitions to the broker that leads them; all replicas acknowledge. */
export const produceTo = async (
  node: KafkaNode,
  topic: string,
  batches: ReadonlyMap<number, Buffer>,
): Promise<ProducedPartition[]> => {
  const { partitions } = await node.connectionPool.send({
    request: {
      apiKey: produceKey,
      apiVersion: produceVersion,
      apiName: 'Produce',
      encode: async () => encodeProduceRequest(topic, batches),
    },
    response: { decode: async (raw) => decodeProduceResponse(raw), parse: async (decoded) => decoded },
  })
  return partitions
}

/**
 * Produce request, version 7: transactional_id nullable string · acks int16 · timeout_ms int32 · [topic
 * string · [partition int32 · records bytes]]. The two names are those of kafkajs' encoder.
 */
const encodeProduceRequest = (topic: string, batches: ReadonlyMap<number, Buffer>) => {
  let size = 2 + 2 + 4 + 4 + 2 + Buffer.byteLength(topic) + 4
  for (const records of batches.values()) size += 8 + records.length
  const buf = Buffer.allocUnsafe(size)
  const writer = createByteWriter(buf)
  writer.int16(-1)
  writer.int16(allReplicas)
  writer.int32(replicasTimeoutMs)
  writer.int32(1)
  writer.text(topic)
  writer.int32(batches.size)
  for (const [partition, records] of batches) {
    writer.int32(partition)
    writer.int32(records.length)
    writer.raw(records)
  }
  return { buf, buffer: buf }
}

/**
 * Produce response, version 7: [topic string · [partition int32 · error_code int16 · base_offset int64 ·
 * log_append_time int64 · log_start_offset int64]] · throttle_time_ms int32. One topic, since we ask for one.
 */
const decodeProduceResponse = (
  raw: Buffer,
): { clientSideThrottleTime: number; partitions: ProducedPartition[] } => {
  let at = 4 // number of topics
  at += 2 + raw.readInt16BE(at)
  const count = raw.readInt32BE(at)
  at += 4
  const partitions = Array.from({ length: count }, () => {
    const partition = raw.readInt32BE(at)
    const errorCode = raw.readInt16BE(at + 4)
    const baseOffset = readInt64(raw, at + 6)
    at += 30
    return { partition, errorCode, baseOffset }
  })
  return { clientSideThrottleTime: raw.readInt32BE(at), partitions }
}
