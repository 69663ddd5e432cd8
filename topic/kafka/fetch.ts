import { decodeFetchById, encodeFetchById, fetchByIdVersion } from './fetchById.ts'
import { encodeFetchRequest, type KafkaNode, protocolError } from './kafkajs/kafkajs.ts'
import { readInt64 } from './batchHeader.ts'
import type { AbortedTransaction } from './recordBatch.ts'

const fetchKey = 1
/** The newest version that kafkajs can write; every broker since Kafka 2.3 knows it. */
const fetchVersion = 11
const readCommitted = 1
/** Beyond the time that a broker may wait for news: if nothing comes for so long, the connection or the broker hangs. */
const maxSilenceMs = 8_000

export interface FetchRequest {
  readonly topic: string
  /** Fetches of this very topic, and of none that took its name; `null` if it has no id. */
  readonly topicId: string | null
  readonly partitions: readonly {
    readonly partition: number
    readonly offset: number
    /** Of the message before `offset`: told to the broker, it answers whether it still has that one (KIP-595). */
    readonly leaderEpoch: number | null
  }[]
  /** How long the broker may wait for something new. */
  readonly maxWaitMs: number
  readonly maxBytes: number
  readonly maxBytesPerPartition: number
}

/** What a broker answered for one partition; the records are not decoded yet. */
export interface FetchedPartition {
  readonly partition: number
  /** 0 is success; see `protocolError`. */
  readonly errorCode: number
  /** The offset that the next message will get. */
  readonly endOffset: number
  readonly aborted: readonly AbortedTransaction[]
  readonly records: Buffer
  /** The leader's log is another one before the offset that was asked for. */
  readonly isDiverging: boolean
}

/** What a broker answered to a fetch. */
export interface FetchAnswer {
  /** kafkajs reads it, to hold requests back. */
  readonly clientSideThrottleTime: number
  /** An error of the whole answer, which then says nothing of the partitions; 0 is none. */
  readonly errorCode: number
  readonly partitions: FetchedPartition[]
}

/**
 * Asks one broker for records of the partitions that it leads.
 * @throws if it answers with an error of all of them, or nothing comes for some seconds
 */
export const fetchFrom = async (node: KafkaNode, request: FetchRequest): Promise<FetchedPartition[]> => {
  const newest = node.versions[fetchKey]?.maxVersion ?? 0
  if (newest < fetchVersion) throw new Error('The Kafka brokers are older than 2.3, which is not supported')
  const { topicId } = request
  const requestTimeout = request.maxWaitMs + maxSilenceMs
  // While brokers are upgraded one after the other some cannot yet.
  if (topicId !== null && newest >= fetchByIdVersion) {
    const answer = await node.connectionPool.send({
      requestTimeout,
      request: {
        apiKey: fetchKey,
        apiVersion: fetchByIdVersion,
        apiName: 'Fetch',
        encode: async () => encodeFetchById(request, topicId, readCommitted),
      },
      response: { decode: async (raw) => decodeFetchById(raw), parse: async (decoded) => decoded },
    })
    return partitionsOf(answer)
  }
  const answer = await node.connectionPool.send({
    requestTimeout,
    request: encodeFetchRequest({
      replicaId: -1,
      isolationLevel: readCommitted,
      maxWaitTime: request.maxWaitMs,
      minBytes: 1,
      maxBytes: request.maxBytes,
      topics: [
        {
          topic: request.topic,
          partitions: request.partitions.map(({ partition, offset }) => ({
            partition,
            fetchOffset: String(offset),
            maxBytes: request.maxBytesPerPartition,
          })),
        },
      ],
    }),
    response: { decode: async (raw) => decodeFetchResponse(raw), parse: async (decoded) => decoded },
  })
  return partitionsOf(answer)
}

const partitionsOf = ({ errorCode, partitions }: FetchAnswer): FetchedPartition[] => {
  if (errorCode !== 0) throw protocolError(errorCode)
  return partitions
}

/**
 * Fetch response, version 11: throttle_time_ms int32 · error_code int16 · session_id int32 · [topic string
 * · [partition int32 · error_code int16 · high_watermark int64 · last_stable_offset int64 ·
 * log_start_offset int64 · [producer_id int64 · first_offset int64] · preferred_read_replica int32 ·
 * records bytes]]
 */
export const decodeFetchResponse = (raw: Buffer): FetchAnswer => {
  let at = 0
  const int16 = () => raw.readInt16BE((at += 2) - 2)
  const int32 = () => raw.readInt32BE((at += 4) - 4)
  const int64 = () => readInt64(raw, (at += 8) - 8)
  const list = <Item>(item: () => Item): Item[] => Array.from({ length: Math.max(0, int32()) }, item)
  const bytes = (length: number) => raw.subarray(at, (at += Math.max(0, length)))

  const abortedTransaction = () => {
    const producerId = raw.readBigInt64BE(at)
    at += 8
    return { producerId, firstOffset: int64() }
  }
  const partition = (): FetchedPartition => {
    const head = { partition: int32(), errorCode: int16(), endOffset: int64() }
    at += 16 // last stable offset, log start offset
    const aborted = list(abortedTransaction)
    at += 4 // preferred read replica
    return { ...head, aborted, records: bytes(int32()), isDiverging: false }
  }
  const clientSideThrottleTime = int32()
  const errorCode = int16()
  at += 4 // id of the fetch session; we use none
  const topics = list(() => {
    bytes(int16())
    return list(partition)
  })
  return { clientSideThrottleTime, errorCode, partitions: topics.flat() }
}
