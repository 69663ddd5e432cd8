import type { UnreadableBatch } from '@patterns/shared/contract/unreadableBatch.ts'
import {
  baseOffsetOf,
  endOfBatch,
  isIntact,
  lastOffsetOf,
  magicAt,
  maxTimestampAt,
  readInt64,
  recordsAt,
  recordsCountAt,
  supportedMagic,
} from './batchHeader.ts'

/** What is known of the first batch of `records`, which cannot be read, for those who have to go on behind it. */
export const describeUnreadable = (records: Buffer, fetchOffset: number, error: unknown): UnreadableBatch => {
  const end = endOfBatch(records, 0)
  const bytes = end >= recordsAt && end <= records.length ? records.subarray(0, end) : records
  const nextOffset = offsetBehind(bytes, records.subarray(bytes.length), fetchOffset)
  return {
    problem: (error as Error).message,
    firstOffset: fetchOffset,
    nextOffset: Math.max(nextOffset, fetchOffset + 1),
    // A copy: it outlives the fetch by far.
    bytes: Buffer.from(bytes),
    timestamp: hasHeader(bytes) ? readInt64(bytes, maxTimestampAt) : 0,
  }
}

const hasHeader = (batch: Buffer): boolean =>
  batch.length >= recordsAt && batch.readInt8(magicAt) === supportedMagic

/**
 * Whether a whole and intact batch begins here. It does not if the length of the batch before is damaged: then these
 * are bytes from the midst of something, and the offset that they seem to say may be any.
 */
const beginsIntact = (following: Buffer): boolean => {
  if (!hasHeader(following)) return false
  const end = endOfBatch(following, 0)
  return end >= recordsAt && end <= following.length && isIntact(following.subarray(0, end))
}

/**
 * The offset after a batch. What a damaged header says is not believed: it could reach beyond good messages. An intact
 * batch that follows tells where this one ends; if none was fetched with it, the header has to agree with itself.
 */
const offsetBehind = (batch: Buffer, following: Buffer, fetchOffset: number): number => {
  if (!hasHeader(batch)) return fetchOffset + 1
  const claimed = lastOffsetOf(batch) + 1
  if (isIntact(batch)) return claimed
  if (beginsIntact(following)) return baseOffsetOf(following)
  return claimed - baseOffsetOf(batch) === batch.readInt32BE(recordsCountAt) ? claimed : fetchOffset + 1
}
