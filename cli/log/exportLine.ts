import type { LogRecord } from '@patterns/event-log/eventLog.ts'
import { lacksId } from '@patterns/shared/contract/lacksId.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20

/** In a JSON text a line end can only stand between tokens, so a space says the same. */
const inOneLine = (value: Buffer): Buffer =>
  value.includes(lineFeed) || value.includes(carriageReturn)
    ? Buffer.from(value.map((byte) => (byte === lineFeed || byte === carriageReturn ? space : byte)))
    : value

/** Some fields, and the event behind them in the producer's own bytes: parsed and written again it would be another. */
const withEvent = (fields: Readonly<Record<string, unknown>>, event: Buffer): Buffer => {
  const head = JSON.stringify(fields)
  return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"event":`), event, Buffer.from('}')])
}

/** The event alone, in the producer's own bytes; with the id or the headers without which they would be another event. */
export const eventLine = (_shard: number, record: LogRecord): Buffer => {
  const event = inOneLine(record.value)
  const { headers } = record
  const event_id = lacksId(record.value, headers) ? record.eventId : undefined
  return event_id === undefined && headers === undefined ? event : withEvent({ event_id, headers }, event)
}

/** The event with its place in the log. */
export const recordLine = (shard: number, record: LogRecord): Buffer =>
  withEvent(
    {
      shard,
      position: record.position,
      source_offset: record.sourceOffset,
      recorded_at: new Date(record.recordedAt).toISOString(),
      event_id: record.eventId,
      headers: record.headers,
    },
    inOneLine(record.value),
  )
