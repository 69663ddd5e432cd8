import { createByteWriter } from './byteWriter.ts'
import { createCompactReader } from './compactReader.ts'
import type { KafkaCluster, KafkaNode } from './kafkajs/kafkajs.ts'

const metadataKey = 3
/** Ids came with version 10; 12 is the first that looks a topic up by its name and tells its id. Kafka 3.1 has it. */
const metadataVersion = 12
const noId = Buffer.alloc(16)

/**
 * Which topic goes by this name now: another one once it was deleted and created again, whatever its offsets are.
 * kafkajs asks in a version without ids.
 * @returns the id in hexadecimal, or `null` if the brokers are too old to tell or have no such topic
 */
export const readTopicId = async (cluster: KafkaCluster, topic: string): Promise<string | null> => {
  const leaders = new Set(cluster.findTopicPartitionMetadata(topic).map(({ leader }) => leader))
  leaders.delete(-1)
  if (leaders.size === 0) return null
  // Those that lead a part of the topic know it first. One that hangs does not hold up the others.
  const answers = [...leaders].map(async (nodeId) => askBroker(await cluster.findBroker({ nodeId }), topic))
  return Promise.any(answers).catch(async () => answers[0]!)
}

const askBroker = async (node: KafkaNode, topic: string): Promise<string | null> => {
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
  const buf = Buffer.alloc(32 + name.length)
  const writer = createByteWriter(buf)
  writer.int8(0)
  writer.compactLength(1)
  writer.raw(noId)
  writer.compactLength(name.length)
  writer.raw(name)
  writer.int8(0) // end of the topic
  writer.int8(0)
  writer.int8(0)
  writer.int8(0)
  const written = buf.subarray(0, writer.at())
  return { buf: written, buffer: written }
}

/**
 * Metadata response, version 12: throttle_time_ms int32 · [node_id int32 · host · port int32 · rack] · cluster_id ·
 * controller_id int32 · [error_code int16 · name · topic_id uuid · …]. One topic, since we ask for one.
 */
const decodeTopicId = (raw: Buffer): { clientSideThrottleTime: number; id: string | null } => {
  const reader = createCompactReader(raw)
  const clientSideThrottleTime = reader.int32()
  reader.list(() => {
    reader.skip(4)
    reader.bytes()
    reader.skip(4)
    reader.bytes()
  })
  reader.bytes()
  reader.skip(4)
  reader.skip(1) // how many topics
  const errorCode = reader.int16()
  reader.bytes()
  const id = reader.uuid()
  // Topics from before there were ids have one of zeros, until the brokers give them a real one.
  return { clientSideThrottleTime, id: errorCode === 0 && id !== noId.toString('hex') ? id : null }
}
