import { writeUuid } from '@patterns/shared/contract/uuid.ts'
import { byteaArray, int4Array, int8Array, timestamptzArray } from '@patterns/shared/postgres/binaryArray.ts'
import type { Append, NewEvent } from '../eventLog.ts'
import { storableTime } from '../storableTime.ts'
import { watermarkAfter } from '../watermarkAfter.ts'
import { divideBatch } from './divideBatch.ts'
import { encodePayload } from './segmentPayload.ts'
import { indexEvents } from './segmentIndex.ts'

/** The columns of segments that are given as arrays, with their types, in the order of `encodeSegments`. */
export const segmentColumns = {
  first_position: 'int8',
  event_count: 'int8',
  first_source_offset: 'int8',
  last_source_offset: 'int8',
  min_occurred_at: 'timestamptz',
  max_occurred_at: 'timestamptz',
  min_recorded_at: 'timestamptz',
  max_recorded_at: 'timestamptz',
  watermark: 'timestamptz',
  event_ids: 'bytea',
  payload: 'bytea',
  outcomes: 'bytea',
} as const

/** Packed at a time: as many as Node's threads do at once, so that few are in memory unpacked. */
const packedTogether = 4

/** What goes into the table of a batch's segments. */
export interface EncodedSegments {
  /** An array a column. */
  readonly columns: Buffer[]
  /** Of all segments together, since Postgres has no arrays of arrays that differ in length: each takes its part. */
  readonly patternHashes: Buffer
  /** The shard's watermark after the last of them. */
  readonly watermark: number | null
}

export const encodeSegments = async ({
  expected,
  events,
}: Pick<Append, 'expected' | 'events'>): Promise<EncodedSegments> => {
  const segments = divideBatch(events)
  let { position, watermark } = expected
  const places = segments.map((segment) => {
    const first = position + 1
    position += segment.length
    watermark = watermarkAfter(watermark, segment)
    return { first, watermark, ...timesOf(segment) }
  })
  const index = indexEvents(events)
  const payloads: Buffer[] = []
  for (let i = 0; i < segments.length; i += packedTogether) {
    const some = segments.slice(i, i + packedTogether)
    payloads.push(...(await Promise.all(some.map((segment) => encodePayload(segment.map(asPayload))))))
  }
  return {
    columns: [
      int8Array(places.map(({ first }) => first)),
      int8Array(segments.map((segment) => segment.length)),
      int8Array(segments.map((segment) => segment[0]!.message.offset)),
      int8Array(segments.map((segment) => segment.at(-1)!.message.offset)),
      timestamptzArray(places.map(({ minOccurredAt }) => minOccurredAt)),
      timestamptzArray(places.map(({ maxOccurredAt }) => maxOccurredAt)),
      timestamptzArray(places.map(({ minRecordedAt }) => minRecordedAt)),
      timestamptzArray(places.map(({ maxRecordedAt }) => maxRecordedAt)),
      timestamptzArray(places.map((place) => place.watermark)),
      byteaArray(segments.map(idsOf)),
      byteaArray(payloads),
      byteaArray(
        places.map(({ first }, i) => {
          const from = first - expected.position - 1
          return index.outcomes.subarray(from, from + segments[i]!.length)
        }),
      ),
    ],
    patternHashes: int4Array(index.patternHashes),
    watermark,
  }
}

const timesOf = (events: readonly NewEvent[]) => {
  const times = {
    minOccurredAt: Infinity,
    maxOccurredAt: -Infinity,
    minRecordedAt: Infinity,
    maxRecordedAt: -Infinity,
  }
  for (const { occurredAt, message } of events) {
    if (occurredAt < times.minOccurredAt) times.minOccurredAt = occurredAt
    if (occurredAt > times.maxOccurredAt) times.maxOccurredAt = occurredAt
    const recordedAt = storableTime(message.timestamp)
    if (recordedAt < times.minRecordedAt) times.minRecordedAt = recordedAt
    if (recordedAt > times.maxRecordedAt) times.maxRecordedAt = recordedAt
  }
  return times
}

const asPayload = ({ message }: NewEvent) => ({
  sourceOffset: message.offset,
  recordedAt: message.timestamp,
  value: message.value!,
  headers: message.headers,
})

const idsOf = (events: readonly NewEvent[]): Buffer => {
  const ids = Buffer.allocUnsafe(events.length * 16)
  for (let i = 0; i < events.length; i++) writeUuid(ids, i * 16, events[i]!.eventId)
  return ids
}
