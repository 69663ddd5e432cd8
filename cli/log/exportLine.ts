import type { LogRecord } from '@patterns/event-log/eventLog.ts'
import { cloudEventMode } from '@patterns/shared/contract/cloudEvents.ts'
import type { MessageHeaders } from '@patterns/shared/contract/topicMessage.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20

/** In a JSON text a line end can only stand between tokens, so a space says the same. */
const inOneLine = (value: Buffer): Buffer =>
  value.includes(lineFeed) || value.includes(carriageReturn)
    ? Buffer.from(value.map((byte) => (byte === lineFeed || byte === carriageReturn ? space : byte)))
    : value

const prefix = 'ce_'

/** A binary CloudEvent in structured mode: its attributes beside its data, which is not touched. */
const structured = (headers: MessageHeaders, data: Buffer): Buffer => {
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), String(value)])
  const { specversion, ...others } = Object.fromEntries(attributes) as Record<string, string>
  const head = JSON.stringify({ specversion, ...others, datacontenttype: 'application/json' })
  return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"data":`), data, Buffer.from('}')])
}

/** The event alone, in the producer's own bytes. */
export const eventLine = (_shard: number, { value, headers }: LogRecord): Buffer =>
  headers !== undefined && cloudEventMode(headers) === 'binary'
    ? structured(headers, inOneLine(value))
    : inOneLine(value)

/** The event with its place in the log. */
export const recordLine = (shard: number, record: LogRecord): Buffer => {
  const place = JSON.stringify({
    shard,
    position: record.position,
    source_offset: record.sourceOffset,
    recorded_at: new Date(record.recordedAt).toISOString(),
    event_id: record.eventId,
  })
  return Buffer.concat([
    Buffer.from(`${place.slice(0, -1)},"event":`),
    eventLine(shard, record),
    Buffer.from('}'),
  ])
}
