import type { KafkaCluster } from './kafkajs.ts'

const metadataKey = 3
/** Ids came with version 10; 12 is the first that looks a topic up by its name and tells its id. Kafka 3.1 has it. */
const metadataVersion = 12
const idBytes = 16

/**
 * Which topic goes by this name now: another one once it was deleted and created anew, whatever its offsets are.
 * kafkajs asks in a version without ids.
 * @returns the id in hexadecimal, or `null` where the brokers are too old to tell or have no such topic
 */
export const readTopicId = async (cluster: KafkaCluster, topic: string): Promise<string | null> => {
  const led = cluster.findTopicPartitionMetadata(topic).find(({ leader }) => leader >= 0)
  if (led === undefined) return null
  const node = await cluster.findBroker({ nodeId: led.leader })
  if ((node.versions[metadataKey]?.maxVersion ?? 0) < metadataVersion) return null
  const { id } = await node.connectionPool.send({
    request: {
      apiKey: metadataKey,
      apiVersion: metadataVersion,
      apiName: 'Metadata',
      encode: async () => encodeMetadataRequest(topic),
    },
    response: { decode: async (raw) => decodeTopicId(raw), parse: async (decoded) => decoded },
  })
  return id
}

/**
 * Metadata request, version 12, after the tagged fields of its header, which kafkajs does not write:
 * [topic_id uuid · name compact string] · allow_auto_topic_creation int8 · include_topic_authorized_operations
 * int8. A compact length is one more than the length; every structure ends with its tagged fields, of which
 * there are none. The two names are those of kafkajs' encoder.
 */
const encodeMetadataRequest = (topic: string) => {
  const name = Buffer.from(topic)
  // A topic's name is 249 bytes at most, so its length takes two bytes as a varint at most.
  const length = name.length + 1
  const compactLength = length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7]
  const buf = Buffer.concat([
    Buffer.of(0, 2),
    Buffer.alloc(idBytes),
    Buffer.from(compactLength),
    name,
    Buffer.of(0, 0, 0, 0),
  ])
  return { buf, buffer: buf }
}

/**
 * Metadata response, version 12, after the tagged fields of its header: throttle_time_ms int32 · [node_id int32 ·
 * host · port int32 · rack] · cluster_id · controller_id int32 · [error_code int16 · name · topic_id uuid · …], the
 * texts compact.
 */
const decodeTopicId = (raw: Buffer): { clientSideThrottleTime: number; id: string | null } => {
  let at = 1
  const unsignedVarint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = raw[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const skipText = () => {
    const length = unsignedVarint() - 1
    at += Math.max(0, length)
  }
  const clientSideThrottleTime = raw.readInt32BE(at)
  at += 4
  for (let brokers = unsignedVarint() - 1; brokers > 0; brokers--) {
    at += 4
    skipText()
    at += 4
    skipText()
    at += 1 // tagged fields
  }
  skipText()
  at += 4
  if (unsignedVarint() < 2) return { clientSideThrottleTime, id: null }
  const errorCode = raw.readInt16BE(at)
  at += 2
  skipText()
  const id = errorCode === 0 ? raw.toString('hex', at, at + idBytes) : null
  return { clientSideThrottleTime, id }
}
