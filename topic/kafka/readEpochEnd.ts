import { createByteWriter } from './byteWriter.ts'
import { type KafkaNode, protocolError } from './kafkajs/kafkajs.ts'
import { readInt64 } from './batchHeader.ts'

const offsetForLeaderEpochKey = 23
/** Known to every broker since Kafka 2.3, and to Kafka 4. */
const version = 3
const consumer = -1
const unknown = -1

export interface EpochQuestion {
  readonly topic: string
  readonly partition: number
  readonly leaderEpoch: number
}

/** How far a log goes under a leader: the last epoch up to the one that was asked for, and the offset after its last message. */
export interface EpochEnd {
  readonly leaderEpoch: number
  readonly endOffset: number
}

/**
 * Asks the leader of a partition where a leader epoch ends in its log (KIP-320); kafkajs has no such request.
 * @returns `null` if it knows neither that epoch nor a later one
 */
export const readEpochEnd = async (node: KafkaNode, question: EpochQuestion): Promise<EpochEnd | null> => {
  const { errorCode, leaderEpoch, endOffset } = await node.connectionPool.send({
    request: {
      apiKey: offsetForLeaderEpochKey,
      apiVersion: version,
      apiName: 'OffsetForLeaderEpoch',
      encode: async () => encodeRequest(question),
    },
    response: { decode: async (raw) => decodeResponse(raw), parse: async (decoded) => decoded },
  })
  if (errorCode !== 0) throw protocolError(errorCode)
  return leaderEpoch === unknown || endOffset === unknown ? null : { leaderEpoch, endOffset }
}

/**
 * OffsetForLeaderEpoch request, version 3: replica_id int32 · [topic string · [partition int32 ·
 * current_leader_epoch int32 · leader_epoch int32]]. The two names are those of kafkajs' encoder.
 */
const encodeRequest = ({ topic, partition, leaderEpoch }: EpochQuestion) => {
  const name = Buffer.from(topic)
  const buf = Buffer.alloc(26 + name.length)
  const writer = createByteWriter(buf)
  writer.int32(consumer)
  writer.int32(1)
  writer.int16(name.length)
  writer.raw(name)
  writer.int32(1)
  writer.int32(partition)
  writer.int32(unknown) // whichever leads now
  writer.int32(leaderEpoch)
  return { buf, buffer: buf }
}

/**
 * OffsetForLeaderEpoch response, version 3: throttle_time_ms int32 · [topic string · [error_code int16 · partition int32
 * · leader_epoch int32 · end_offset int64]]. One partition, since we ask for one.
 */
const decodeResponse = (raw: Buffer) => {
  const at = 8 + 2 + raw.readInt16BE(8) + 4
  return {
    clientSideThrottleTime: raw.readInt32BE(0),
    errorCode: raw.readInt16BE(at),
    leaderEpoch: raw.readInt32BE(at + 6),
    endOffset: readInt64(raw, at + 10),
  }
}
