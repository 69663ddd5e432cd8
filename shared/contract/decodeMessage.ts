import { isUtf8 } from 'node:buffer'
import { cloudEventMode, unwrapCloudEvent } from './cloudEvents.ts'
import { explainFaults } from './explainFaults.ts'
import type { PatternEvent } from './patternEvent.ts'
import { readEvent } from './readEvent.ts'
import type { Fault, Rejection, RejectionReason } from './rejection.ts'
import { scanEvent } from './scan/scanEvent.ts'
import type { MessageHeaders, TopicMessage } from './topicMessage.ts'
import { idOfPlace, upcast } from './upcast.ts'

export type Decoded =
  | { readonly ok: true; readonly event: PatternEvent }
  | { readonly ok: false; readonly rejection: Rejection }

const mostValueBytes = 256 * 1024
const mostAheadMs = 24 * 3_600_000

const reject = (reason: RejectionReason, faults: readonly Fault[]): Decoded => ({
  ok: false,
  rejection: { reason, faults },
})

const rejectWhole = (reason: RejectionReason, message: string): Decoded =>
  reject(reason, [{ path: '', message }])

/** What replaces bytes that are not UTF-8; a text that has none of it needs no second look. */
const replacement = '�'

/**
 * The event in a value, or why it is none. Same bytes, same answer: used for new messages and for what
 * the log kept.
 * @param idOfVersion0 names an event that came without an id
 */
export const decodeValue = (
  value: Buffer,
  headers: MessageHeaders | undefined,
  idOfVersion0: () => string,
): Decoded => {
  const mode = cloudEventMode(headers)
  const scanned = mode === undefined ? scanEvent(value) : undefined
  if (scanned !== undefined) return { ok: true, event: scanned }
  const text = value.toString()
  if (text.includes(replacement) && !isUtf8(value)) return rejectWhole('not_json', 'is not valid UTF-8')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    return rejectWhole('not_json', (error as SyntaxError).message)
  }
  const unwrapped = mode === undefined ? parsed : unwrapCloudEvent(parsed, headers!, mode)
  const body = upcast(unwrapped, idOfVersion0)
  const event = readEvent(body, value.length)
  if (event !== undefined) return { ok: true, event }
  return reject('schema', explainFaults(body, { wasUpcast: body !== unwrapped, cloudEvent: mode }))
}

/**
 * One message of the topic, decoded once: the event that it carries, or the reason why it becomes a dead
 * letter. Never throws, whatever the bytes.
 * @param origin where the message lies, which names events of version 0
 */
export const decodeMessage = (
  message: TopicMessage,
  origin: { readonly topic: string; readonly partition: number },
): Decoded => {
  const { value } = message
  if (value === null) return rejectWhole('not_json', 'the value is null')
  if (value.length > mostValueBytes) {
    return rejectWhole('too_large', `is ${value.length} bytes, more than ${mostValueBytes}`)
  }
  const decoded = decodeValue(value, message.headers, () =>
    idOfPlace(origin.topic, origin.partition, message.offset),
  )
  if (decoded.ok && decoded.event.occurredAt > message.timestamp + mostAheadMs) {
    return reject('future_time', [
      { path: 'occurred_at', message: 'is more than 24 hours ahead of the time the broker took the message' },
    ])
  }
  return decoded
}
