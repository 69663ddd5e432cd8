import { decodeMessage } from '../contract/decodeMessage.ts'
import type { Fault } from '../contract/rejection.ts'
import type { TopicMessage } from '../contract/topicMessage.ts'

/** Where a message came from, and when. */
export const origin = { topic: 'pattern-usage-events', partition: 2 }
export const now = Date.UTC(2026, 0, 2, 3, 4, 5)

/** A body of version 1 that nothing is wrong with. */
export const used = {
  event_id: '0197a3b4-5c6d-7e8f-9012-3456789abcde',
  type: 'pattern.used',
  schema_version: 1,
  pattern_id: '11111111-2222-4333-8444-555555555555',
  occurred_at: '2026-01-02T03:04:05.000Z',
  outcome: 'success',
}

const messageOf = (value: unknown, rest: Partial<TopicMessage>): TopicMessage => ({
  offset: 7,
  key: null,
  value: Buffer.isBuffer(value)
    ? value
    : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  headers: undefined,
  timestamp: now,
  ...rest,
})

/** What becomes of a message with this value: bytes, a text, or what is to be written as JSON. */
export const decode = (value: unknown, rest: Partial<TopicMessage> = {}, clock = now) =>
  decodeMessage(messageOf(value, rest), origin, clock)

export const rejectionOf = (value: unknown, rest: Partial<TopicMessage> = {}, clock = now) => {
  const decoded = decode(value, rest, clock)
  return decoded.ok ? undefined : decoded.rejection
}

export const pathsOf = (value: unknown, rest: Partial<TopicMessage> = {}): string[] =>
  rejectionOf(value, rest)!.faults.map((fault: Fault) => fault.path)

/** The headers of a structured CloudEvent, and those of a binary one with the fields of `used`. */
export const structured = { 'content-type': 'application/cloudevents+json' }
export const binary = {
  ce_specversion: '1.0',
  ce_id: used.event_id,
  ce_type: used.type,
  ce_time: used.occurred_at,
  ce_source: '/agents/7',
}
