import { randomUUID } from 'node:crypto'
import type { EventLog, LogRecord } from '@patterns/event-log/eventLog.ts'
import { createFlushNotifier } from '@patterns/processor/project/flushNotifier.ts'
import { openProjector } from '@patterns/processor/project/projector.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type { MessageHeaders } from '@patterns/shared/contract/topicMessage.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import type pg from 'pg'

/** A message to seed: its body, and what of its place matters. */
export interface SeedMessage {
  /** Default 0. */
  readonly shard?: number
  /** The broker's time, epoch milliseconds. Default: that of the event. */
  readonly recordedAt?: number
  /** The fields of an event; `event_id` and `schema_version` are filled in. */
  readonly body: Readonly<Record<string, unknown>> & { readonly occurred_at: string }
  /** What was sent, if that is not just the body as JSON. */
  readonly value?: string
  readonly headers?: MessageHeaders
}

/** An event that is in the log and in the windows. */
export interface SeededEvent {
  readonly shard: number
  readonly position: number
  readonly sourceOffset: number
  readonly recordedAt: number
  readonly event: PatternEvent
  /** As it was sent. */
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * Puts events into the log and folds them into the windows, as the processor would have, so that a reader has
 * something to read. Every call goes on where the one before ended.
 */
export const seedProjections = async (
  { pool, eventLog }: { readonly pool: pg.Pool; readonly eventLog: EventLog },
  messages: readonly SeedMessage[],
): Promise<SeededEvent[]> => {
  const seeded: SeededEvent[] = []
  for (const [shard, ofShard] of Map.groupBy(messages, (message) => message.shard ?? 0)) {
    seeded.push(...(await seedShard({ pool, eventLog }, shard, ofShard)))
  }
  return seeded
}

/** Says where the patterns of some events lie, as a shard does before it appends the first of each. */
const registerPatterns = async (
  eventLog: EventLog,
  shard: number,
  events: readonly PatternEvent[],
): Promise<void> => {
  const homes = await eventLog.registerPatterns(shard, [...new Set(events.map(({ patternId }) => patternId))])
  const elsewhere = [...homes].filter(([, home]) => home === 'elsewhere').map(([id]) => id)
  if (elsewhere.length === 0) return
  await eventLog.splitPatterns(
    elsewhere,
    (record) => elsewhere.includes(decodeRecord(record).patternId),
    async (_, position) => (position === 0 ? [] : [{ first: 1, last: position }]),
  )
}

const seedShard = async (
  { pool, eventLog }: { readonly pool: pg.Pool; readonly eventLog: EventLog },
  shard: number,
  messages: readonly SeedMessage[],
): Promise<SeededEvent[]> => {
  const head = await eventLog.open(shard, 0)
  const bodies = messages.map(({ body }) => ({ event_id: randomUUID(), schema_version: 1, ...body }))
  const records = bodies.map((body, i): LogRecord => {
    const { value = JSON.stringify(body), headers } = messages[i]!
    const recordedAt = messages[i]!.recordedAt ?? Date.parse(body.occurred_at)
    return {
      position: head.position + i + 1,
      sourceOffset: head.nextSourceOffset + i,
      recordedAt,
      eventId: body.event_id,
      value: Buffer.from(value),
      headers,
    }
  })
  const seeded = records.map((record, i) => ({
    shard,
    position: record.position,
    sourceOffset: record.sourceOffset,
    recordedAt: record.recordedAt,
    event: decodeRecord(record),
    body: bodies[i]!,
  }))
  await registerPatterns(
    eventLog,
    shard,
    seeded.map(({ event }) => event),
  )
  const appended = await eventLog.append({
    shard,
    // A split may have moved it.
    expected: await eventLog.open(shard, 0),
    events: seeded.map(({ event, sourceOffset, recordedAt }, i) => ({
      eventId: event.eventId,
      occurredAt: event.occurredAt,
      event,
      message: {
        offset: sourceOffset,
        key: Buffer.from(event.patternId),
        value: records[i]!.value,
        headers: records[i]!.headers,
        timestamp: recordedAt,
      },
    })),
    deadLetters: [],
    duplicates: [],
    nextSourceOffset: head.nextSourceOffset + seeded.length,
  })
  if (!appended.ok) throw new Error('Somebody else writes to the shard')
  const projector = await openProjector({
    pool,
    checkpointKey: { ...servedProjections.windows, shard },
    flushIntervalMs: 60_000,
    now: () => performance.now(),
    onFailure: (error) => {
      throw error
    },
  })
  await projector.take(seeded, seeded.length)
  await projector.flush()
  projector.close()
  const notifier = createFlushNotifier({ pool, logger: createLogger('seed', 'silent') })
  notifier.flushed({ shard, position: projector.position() })
  await notifier.stop()
  return seeded
}
