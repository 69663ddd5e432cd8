import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import type { NewEvent } from '@patterns/event-log/eventLog.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'

/** About as the merging of small segments leaves them. */
const eventsPerSegment = 125

/** An event as a producer would have sent it. */
export const toMessage = (event: PatternEvent, offset: number): NewEvent => ({
  eventId: event.eventId,
  occurredAt: event.occurredAt,
  event,
  message: {
    offset,
    key: Buffer.from(event.patternId),
    value: Buffer.from(
      JSON.stringify({
        event_id: event.eventId,
        type: event.type,
        schema_version: 1,
        pattern_id: event.patternId,
        occurred_at: new Date(event.occurredAt).toISOString(),
        outcome: event.outcome,
        quality_score: event.qualityMillionths === undefined ? undefined : event.qualityMillionths / 1e6,
        execution_time_ms: event.executionTimeMs,
        source: 'read benchmark',
      }),
    ),
    headers: undefined,
    timestamp: event.occurredAt,
  },
})

/** Puts the last events of each shard into its log, so that they lie at the positions that the windows name. */
export const seedLog = async (
  databaseUrl: string,
  positions: readonly number[],
  logged: readonly (readonly PatternEvent[])[],
): Promise<void> => {
  const pool = createPool({ connectionString: databaseUrl, applicationName: 'bench', onIdleError: () => {} })
  const log = createPostgresEventLog({ pool })
  try {
    for (const [shard, events] of logged.entries()) {
      let position = positions[shard]! - events.length
      await pool.query(
        'insert into event_log_shards (shard, position, first_source_offset, next_source_offset) values ($1, $2, 0, $2)',
        [shard, position],
      )
      for (let i = 0; i < events.length; i += eventsPerSegment) {
        const batch = events.slice(i, i + eventsPerSegment)
        await log.append({
          shard,
          expected: { position, nextSourceOffset: position, sourceBase: 0, splits: 0, watermark: null },
          events: batch.map((event, j) => toMessage(event, position + j)),
          deadLetters: [],
          duplicates: [],
          nextSourceOffset: position + batch.length,
        })
        position += batch.length
      }
    }
  } finally {
    await pool.end()
  }
}
