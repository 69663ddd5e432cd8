import type { LogRecord } from '@patterns/event-log/eventLog.ts'
import type { MessageHeaders } from '@patterns/shared/contract/topicMessage.ts'
import { uuidFromBytes, writeUuid } from '@patterns/shared/contract/uuid.ts'

/**
 * The records of neighbouring positions, packed: their bytes behind one another, all else in typed arrays. As
 * objects they would take twice the memory, and the collector would visit each of them.
 */
export interface RecordBlock {
  /** The position of the last record that is in. */
  readonly upTo: number
  readonly bytes: number
  /** Takes in the record of the next position, which is of the pattern with this number. */
  append(record: LogRecord, pattern: number): void
  /** The records of a pattern from `first` to `last`, in order. Their values are views. */
  find(pattern: number, first: number, last: number): LogRecord[]
}

const idBytes = 16
const firstBodyBytes = 16 * 1024

/** An empty block for the `capacity` positions after one. */
export const createRecordBlock = (after: number, capacity: number): RecordBlock => {
  const patterns = new Uint32Array(capacity)
  const ends = new Uint32Array(capacity)
  const sourceOffsets = new Float64Array(capacity)
  const recordedAts = new Float64Array(capacity)
  const ids = Buffer.allocUnsafeSlow(capacity * idBytes)
  const headers = new Map<number, MessageHeaders>()
  let bodies = Buffer.allocUnsafeSlow(firstBodyBytes)
  let bodyBytes = 0
  let size = 0

  const recordAt = (i: number): LogRecord => ({
    position: after + 1 + i,
    sourceOffset: sourceOffsets[i]!,
    recordedAt: recordedAts[i]!,
    eventId: uuidFromBytes(ids, i * idBytes),
    value: bodies.subarray(i === 0 ? 0 : ends[i - 1]!, ends[i]),
    headers: headers.get(i),
  })

  return {
    get upTo() {
      return after + size
    },
    get bytes() {
      return bodies.length + capacity * (4 + 4 + 8 + 8 + idBytes)
    },
    append({ value, ...record }, pattern) {
      if (bodyBytes + value.length > bodies.length) {
        const larger = Buffer.allocUnsafeSlow(Math.ceil((bodyBytes + value.length) * 1.25))
        bodies.copy(larger, 0, 0, bodyBytes)
        bodies = larger
      }
      bodyBytes += value.copy(bodies, bodyBytes)
      patterns[size] = pattern
      ends[size] = bodyBytes
      sourceOffsets[size] = record.sourceOffset
      recordedAts[size] = record.recordedAt
      writeUuid(ids, size * idBytes, record.eventId)
      if (record.headers !== undefined) headers.set(size, record.headers)
      size++
    },
    find(pattern, first, last) {
      const records: LogRecord[] = []
      const end = Math.min(last - after, size)
      for (let i = Math.max(0, first - after - 1); i < end; i++)
        if (patterns[i] === pattern) records.push(recordAt(i))
      return records
    },
  }
}
