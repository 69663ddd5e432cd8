import { createByteWriter } from './byteWriter.ts'
import { createCompactReader } from './compactReader.ts'
import type { FetchAnswer, FetchedPartition, FetchRequest } from './fetch.ts'

/** The first version that names a topic by its id: what another topic of this name holds is never answered. */
export const fetchByIdVersion = 13

const maxBytesOfCount = 5

/**
 * Fetch request, version 13, after the tagged fields of its header: replica_id int32 · max_wait_ms int32 · min_bytes
 * int32 · max_bytes int32 · isolation_level int8 · session_id int32 · session_epoch int32 · [topic_id uuid ·
 * [partition int32 · current_leader_epoch int32 · fetch_offset int64 · last_fetched_epoch int32 ·
 * log_start_offset int64 · partition_max_bytes int32]] · [forgotten topics] · rack_id. Lists have compact lengths;
 * every structure ends with its tagged fields, of which there are none.
 */
export const encodeFetchById = (request: FetchRequest, topicId: string, isolationLevel: number) => {
  const buf = Buffer.alloc(60 + maxBytesOfCount + request.partitions.length * 33)
  const writer = createByteWriter(buf)
  writer.int8(0)
  writer.int32(-1)
  writer.int32(request.maxWaitMs)
  writer.int32(1)
  writer.int32(request.maxBytes)
  writer.int8(isolationLevel)
  writer.int32(0)
  writer.int32(-1) // no session
  writer.compactLength(1)
  writer.raw(Buffer.from(topicId, 'hex'))
  writer.compactLength(request.partitions.length)
  for (const { partition, offset, leaderEpoch } of request.partitions) {
    writer.int32(partition)
    writer.int32(-1)
    writer.int64(BigInt(offset))
    writer.int32(leaderEpoch ?? -1)
    writer.int64(-1n)
    writer.int32(request.maxBytesPerPartition)
    writer.int8(0)
  }
  writer.int8(0)
  writer.compactLength(0)
  writer.compactLength(0)
  writer.int8(0)
  const written = buf.subarray(0, writer.at())
  return { buf: written, buffer: written }
}

const divergingEpochTag = 0

/**
 * Fetch response, version 13: throttle_time_ms int32 · error_code int16 · session_id int32 · [topic_id uuid ·
 * [partition int32 · error_code int16 · high_watermark int64 · last_stable_offset int64 · log_start_offset int64 ·
 * [producer_id int64 · first_offset int64] · preferred_read_replica int32 · records]]. Where the leader's log is another one,
 * a tagged field of the partition says so.
 */
export const decodeFetchById = (raw: Buffer): FetchAnswer => {
  const reader = createCompactReader(raw)
  const clientSideThrottleTime = reader.int32()
  const errorCode = reader.int16()
  reader.skip(4) // id of the fetch session; we use none
  const partitions = reader.list(() => {
    reader.uuid()
    return reader.list(
      (): FetchedPartition & { isDiverging: boolean } => {
        const head = { partition: reader.int32(), errorCode: reader.int16(), endOffset: reader.int64() }
        reader.skip(16) // last stable offset, log start offset
        const aborted = reader.list(() => ({ producerId: reader.bigInt64(), firstOffset: reader.int64() }))
        reader.skip(4) // preferred read replica
        return { ...head, aborted, records: reader.bytes(), isDiverging: false }
      },
      (answer, tag) => {
        if (tag === divergingEpochTag) answer.isDiverging = true
      },
    )
  })
  return { clientSideThrottleTime, errorCode, partitions: partitions.flat() }
}
