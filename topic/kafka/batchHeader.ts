import { crc32c } from '@node-rs/crc32'

// RecordBatch (magic 2), https://kafka.apache.org/documentation/#recordbatch
//   baseOffset int64 · batchLength int32 · partitionLeaderEpoch int32 · magic int8 · crc uint32
//   attributes int16 · lastOffsetDelta int32 · baseTimestamp int64 · maxTimestamp int64
//   producerId int64 · producerEpoch int16 · baseSequence int32 · recordsCount int32 · records
const batchLengthAt = 8
const lengthIncludedFrom = 12
const leaderEpochAt = 12
export const magicAt = 16
export const crcAt = 17
export const attributesAt = 21
const lastOffsetDeltaAt = 23
export const baseTimestampAt = 27
export const maxTimestampAt = 35
export const producerIdAt = 43
export const recordsCountAt = 57
export const recordsAt = 61

/** The only format in which a batch has this header. */
export const supportedMagic = 2

/** Where the batch that begins at `at` says that it ends. */
export const endOfBatch = (records: Buffer, at: number): number =>
  at + lengthIncludedFrom + records.readInt32BE(at + batchLengthAt)

export const baseOffsetOf = (batch: Buffer): number => readInt64(batch, 0)

/** The offset of its last record, even if that one was compacted away. */
export const lastOffsetOf = (batch: Buffer): number =>
  baseOffsetOf(batch) + batch.readInt32BE(lastOffsetDeltaAt)

/** Under which leader the broker took it; `null` if it does not say. */
export const leaderEpochOf = (batch: Buffer): number | null => {
  const epoch = batch.readInt32BE(leaderEpochAt)
  return epoch < 0 ? null : epoch
}

/** Whether its checksum is that of its content: the attributes and all that follows. */
export const isIntact = (batch: Buffer): boolean =>
  batch.readUInt32BE(crcAt) === crc32c(batch.subarray(attributesAt))

/** An int64 as a number: offsets and times lie far below 2^53. */
export const readInt64 = (buffer: Buffer, at: number): number =>
  buffer.readInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4)
