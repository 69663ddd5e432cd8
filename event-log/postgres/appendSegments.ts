import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import { int8Array, uuidArray } from '@patterns/shared/postgres/binaryArray.ts'
import type pg from 'pg'
import type { Append, AppendResult } from '../eventLog.ts'
import { storableTime } from '../storableTime.ts'
import { isClaimed } from './claims.ts'
import { faultsAsJson, headersAsJson } from './deadLetterJson.ts'
import { encodeSegments, segmentColumns } from './encodeSegments.ts'

const firstArray = 27
const segmentNames = Object.keys(segmentColumns).join(', ')
const segmentArrays = Object.values(segmentColumns)
  .map((type, i) => `$${firstArray + i}::${type}[]`)
  .join(', ')

/**
 * One statement is one transaction and one round trip: the head moves, and everything else is written
 * from the row that moved. No row moves if another writer was faster, and then nothing is written.
 * `appended_at` never steps back, whatever the clock does: by it a position is found.
 */
const statement = `
with head as (
  update event_log_shards
  set position = position + $5, next_source_offset = $6, duplicates = duplicates + $7,
    dead_lettered = dead_lettered + $8, not_records = not_records + $9, key_mismatches = key_mismatches + $20,
    appended_at = greatest(appended_at, now()), watermark = $10,
    leader_epoch = $25
  where shard = $1 and position = $2 and next_source_offset = $3 and source_base = $4 and splits = $21
  returning shard, appended_at
), segment as (
  insert into event_log_segments (shard, appended_at, ${segmentNames}, pattern_hashes)
  select head.*, segment.*, ($26::int4[])[first_position - $2 : first_position + event_count - 1 - $2]
  from head, unnest(${segmentArrays}) as segment(${segmentNames})
), dead as (
  insert into dead_letters (shard, source_offset, reason, faults, key, value, headers, recorded_at)
  select head.shard, letter.*
  from head, unnest($11::int8[], $12::text[], $13::jsonb[], $14::bytea[], $15::bytea[], $16::jsonb[],
    $17::timestamptz[]) as letter
), duplicate as (
  insert into duplicates (shard, source_offset, position, first_shard)
  select head.shard, duplicate.* from head, unnest($18::int8[], $19::int8[], $22::int4[]) as duplicate
), claim as (
  -- In the order of ids, so that two shards that claim the same ones cannot wait for each other.
  insert into claimed_events (shard, event_id, position)
  select head.shard, claim.*
  from head, unnest($23::uuid[], $24::int8[]) as claim(event_id, position) order by claim.event_id
)
select shard from head`

/**
 * Appends one batch, as one segment or several, or nothing if the shard's head is not the
 * expected one or an id is claimed already.
 */
export const appendSegments = async (pool: pg.Pool, append: Append): Promise<AppendResult> => {
  const {
    shard,
    expected,
    events,
    deadLetters,
    duplicates,
    claims = [],
    nextSourceOffset,
    leaderEpoch = null,
  } = append
  const covered = nextSourceOffset - expected.nextSourceOffset
  const { columns, patternHashes, watermark } = await encodeSegments(append)
  const appended = pool.query({
    name: 'append_segments',
    text: statement,
    values: [
      shard,
      expected.position,
      expected.nextSourceOffset,
      expected.sourceBase,
      events.length,
      nextSourceOffset,
      duplicates.length,
      deadLetters.length,
      covered - events.length - deadLetters.length - duplicates.length,
      watermark === null || watermark === noWatermark ? null : new Date(watermark),
      deadLetters.map((letter) => letter.message.offset),
      deadLetters.map((letter) => letter.rejection.reason),
      deadLetters.map((letter) => faultsAsJson(letter.rejection.faults)),
      deadLetters.map((letter) => letter.message.key),
      deadLetters.map((letter) => letter.message.value),
      deadLetters.map((letter) => headersAsJson(letter.message.headers)),
      deadLetters.map((letter) => new Date(storableTime(letter.message.timestamp))),
      duplicates.map((duplicate) => duplicate.sourceOffset),
      duplicates.map((duplicate) => duplicate.position),
      append.keyMismatches ?? 0,
      expected.splits,
      duplicates.map((duplicate) => duplicate.shard),
      uuidArray(claims.map(({ eventId }) => eventId)),
      int8Array(claims.map(({ position }) => position)),
      leaderEpoch,
      patternHashes,
      ...columns,
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
