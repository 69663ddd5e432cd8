import { writeUuid } from '@patterns/shared/contract/uuid.ts'
import { int8Array, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type pg from 'pg'
import type { Append, AppendResult, NewEvent } from '../eventLog.ts'
import { isClaimed } from './claims.ts'
import { faultsAsJson, headersAsJson } from './deadLetterJson.ts'
import { keptTime } from '../keptTime.ts'
import { watermarkAfter } from '../watermarkAfter.ts'
import { encodePayload } from './segmentPayload.ts'

/**
 * One statement is one transaction and one round trip: the head moves, and everything else is written
 * from the row that moved. No row moves where another writer was faster, and then nothing is written.
 */
const statement = `
with head as (
  update event_log_shards
  set position = position + $4, next_source_offset = $5, duplicates = duplicates + $6,
    dead_lettered = dead_lettered + $7, not_records = not_records + $8, key_mismatches = key_mismatches + $32,
    appended_at = greatest(appended_at, now()), watermark = $27
  where shard = $1 and position = $2 and next_source_offset = $3 and source_base = $26 and splits = $28
  returning shard, appended_at, watermark
), segment as (
  insert into event_log_segments (shard, first_position, event_count, first_source_offset, last_source_offset,
    min_occurred_at, max_occurred_at, min_recorded_at, max_recorded_at, event_ids, payload, appended_at, watermark)
  select shard, $2 + 1, $4, $9, $10, $11, $12, $13, $14, $15, $16, appended_at, watermark from head where $4 > 0
), dead as (
  insert into dead_letters (shard, source_offset, reason, faults, key, value, headers, recorded_at)
  select head.shard, letter.*
  from head, unnest($17::int8[], $18::text[], $19::jsonb[], $20::bytea[], $21::bytea[], $22::jsonb[],
    $23::timestamptz[]) as letter
), duplicate as (
  insert into duplicates (shard, source_offset, position, first_shard)
  select head.shard, duplicate.* from head, unnest($24::int8[], $25::int8[], $29::int4[]) as duplicate
), claim as (
  -- In the order of ids, so that two shards that claim the same ones cannot wait for each other.
  insert into claimed_events (shard, event_id, position)
  select head.shard, claim.*
  from head, unnest($30::uuid[], $31::int8[]) as claim(event_id, position) order by claim.event_id
)
select shard from head`

const rangeOf = (events: readonly NewEvent[]) => {
  const range = {
    minOccurredAt: Infinity,
    maxOccurredAt: -Infinity,
    minRecordedAt: Infinity,
    maxRecordedAt: -Infinity,
  }
  for (const { occurredAt, message } of events) {
    if (occurredAt < range.minOccurredAt) range.minOccurredAt = occurredAt
    if (occurredAt > range.maxOccurredAt) range.maxOccurredAt = occurredAt
    const recordedAt = keptTime(message.timestamp)
    if (recordedAt < range.minRecordedAt) range.minRecordedAt = recordedAt
    if (recordedAt > range.maxRecordedAt) range.maxRecordedAt = recordedAt
  }
  return range
}

/** Appends one batch, or nothing where the shard's head is not the expected one or an id is claimed already. */
export const appendSegment = async (pool: pg.Pool, append: Append): Promise<AppendResult> => {
  const { shard, expected, events, deadLetters, duplicates, claims = [], nextSourceOffset } = append
  const covered = nextSourceOffset - expected.nextSourceOffset
  const range = rangeOf(events)
  const at = (time: number) => (Number.isFinite(time) ? new Date(time) : null)
  const watermark = watermarkAfter(expected.watermark, events)
  const payload = events.length === 0 ? null : await encodePayload(events.map(asPayload))
  const appended = pool.query({
    name: 'append_segment',
    text: statement,
    values: [
      shard,
      expected.position,
      expected.nextSourceOffset,
      events.length,
      nextSourceOffset,
      duplicates.length,
      deadLetters.length,
      covered - events.length - deadLetters.length - duplicates.length,
      events[0]?.message.offset,
      events.at(-1)?.message.offset,
      at(range.minOccurredAt),
      at(range.maxOccurredAt),
      at(range.minRecordedAt),
      at(range.maxRecordedAt),
      idsOf(events),
      payload,
      deadLetters.map((letter) => letter.message.offset),
      deadLetters.map((letter) => letter.rejection.reason),
      deadLetters.map((letter) => faultsAsJson(letter.rejection.faults)),
      deadLetters.map((letter) => letter.message.key),
      deadLetters.map((letter) => letter.message.value),
      deadLetters.map((letter) => headersAsJson(letter.message.headers)),
      deadLetters.map((letter) => new Date(keptTime(letter.message.timestamp))),
      duplicates.map((duplicate) => duplicate.sourceOffset),
      duplicates.map((duplicate) => duplicate.position),
      expected.sourceBase,
      watermark === null ? null : at(watermark),
      expected.splits,
      duplicates.map((duplicate) => duplicate.shard),
      uuidArray(claims.map(({ eventId }) => eventId)),
      int8Array(claims.map(({ position }) => position)),
      append.keyMismatches ?? 0,
    ],
  })
  const moved = await appended.catch((error: unknown) => {
    if (isClaimed(error)) return undefined
    throw error
  })
  if (moved === undefined) return { ok: false, reason: 'claimed' }
  if (moved.rowCount === 0) return { ok: false, reason: 'fenced' }
  const { position, sourceBase, splits } = expected
  return {
    ok: true,
    head: { position: position + events.length, nextSourceOffset, sourceBase, splits, watermark },
  }
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
