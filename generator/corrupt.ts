import type { OutgoingMessage } from '@patterns/topic/publisher.ts'
import type { ValidMessage } from './validMessage.ts'
import type { Random } from './random.ts'
import { type Body, bodyOf } from './variants.ts'

/** Messages that are bad: each must end as a dead letter. */

const centuryMs = 36_525 * 24 * 3_600_000

/** Cut off in the middle, as by a producer that died. */
export const malformedJson = (message: ValidMessage, random: Random): OutgoingMessage => ({
  key: message.key,
  value: message.value.slice(0, Math.floor(message.value.length * (0.2 + 0.6 * random.unit()))),
})

/** A byte that UTF-8 never has, inside a text. */
export const invalidUtf8 = (message: ValidMessage): OutgoingMessage => {
  const textStart = message.value.indexOf(':"') + 2
  const [before, after] = [message.value.slice(0, textStart), message.value.slice(textStart)]
  return {
    key: message.key,
    value: Buffer.concat([Buffer.from(before), Buffer.of(0xff), Buffer.from(after)]),
  }
}

const schemaFaults: readonly Body[] = [
  { pattern_id: undefined },
  { pattern_id: 'circuit-breaker' },
  { event_id: 42 },
  { type: 'pattern.forgotten' },
  { schema_version: 99 },
  { occurred_at: '2026-01-02 03:04' },
  { quality_score: 1.7, type: 'pattern.used', outcome: 'success' },
  { outcome: 'ok', type: 'pattern.used' },
  { execution_time_ms: -5, type: 'pattern.used', outcome: 'success' },
]

/** One field that breaks its rule. */
export const schemaFault = (message: ValidMessage, random: Random): OutgoingMessage => ({
  key: message.key,
  value: JSON.stringify({ ...bodyOf(message), ...random.pick(schemaFaults) }),
})

/** 300 KiB, where 256 are allowed. */
export const tooLarge = (message: ValidMessage): OutgoingMessage => ({
  key: message.key,
  value: JSON.stringify({ ...bodyOf(message), context: { transcript: 'x'.repeat(300 * 1024) } }),
})

/** From the next century, as by a producer whose clock is wrong: ahead of any clock, also in a history. */
export const futureTime = (message: ValidMessage): OutgoingMessage => ({
  key: message.key,
  value: JSON.stringify({
    ...bodyOf(message),
    occurred_at: new Date(message.timestamp + centuryMs).toISOString(),
  }),
})

/** What Kafka calls a tombstone. */
export const nullValue = (message: ValidMessage): OutgoingMessage => ({ key: message.key, value: null })

/** The id of an event that was sent already, with other content. */
export const idConflict = (message: ValidMessage): ValidMessage => ({
  ...message,
  value: JSON.stringify({ ...bodyOf(message), source: 'producer-with-reused-ids' }),
})
