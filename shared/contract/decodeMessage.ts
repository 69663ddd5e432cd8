import { admissionFaults, envelopeHints } from './admission.ts'
import { cloudEventMode, dataField, unreadableContentType, unwrapCloudEvent } from './cloudEvents.ts'
import { explainFaults } from './explainFaults.ts'
import type { BodyOrigin } from './fieldName.ts'
import type { PatternEvent } from './patternEvent.ts'
import { readEvent } from './readEvent.ts'
import { readJson } from './readJson.ts'
import type { Fault, Rejection, RejectionReason } from './rejection.ts'
import { scanEvent } from './scan/scanEvent.ts'
import type { MessageHeaders, TopicMessage } from './topicMessage.ts'
import { givenId, idOfPlace, upcast } from './upcast.ts'

export type Decoded =
  | { readonly ok: true; readonly event: PatternEvent }
  | { readonly ok: false; readonly rejection: Rejection }

const maxValueBytes = 256 * 1024
const maxAheadMs = 24 * 3_600_000

const reject = (reason: RejectionReason, faults: readonly Fault[]): Decoded => ({
  ok: false,
  rejection: { reason, faults },
})

const rejectWhole = (reason: RejectionReason, message: string): Decoded =>
  reject(reason, [{ path: '', message }])

/**
 * The event in a value, or why it is none. Same bytes, same answer: used for new messages and for what
 * the log kept.
 * @param isIncoming whether it is a new message, of which more is asked (`admission.ts`)
 * @param idOfVersion0 names an event that came without an id
 */
export const decodeValue = (
  value: Buffer,
  headers: MessageHeaders | undefined,
  isIncoming: boolean,
  idOfVersion0: () => string,
): Decoded => {
  const mode = cloudEventMode(headers)
  const scanned = mode === undefined ? scanEvent(value) : undefined
  if (scanned !== undefined) return { ok: true, event: scanned }
  const read = readJson(value)
  if (!read.ok) return rejectWhole('not_json', read.message)
  const parsed = read.value
  const unwrapped = mode === undefined ? parsed : unwrapCloudEvent(parsed, headers!, mode)
  const body = upcast(unwrapped, idOfVersion0)
  const event = readEvent(body, value.length)
  const origin: BodyOrigin = {
    wasUpcast: body !== unwrapped,
    cloudEvent: mode,
    dataField: dataField(parsed),
  }
  const unadmitted = isIncoming ? admissionFaults({ headers, parsed, body, origin }) : []
  if (event !== undefined) return unadmitted.length === 0 ? { ok: true, event } : reject('schema', unadmitted)
  const hints = mode === undefined ? envelopeHints(headers) : []
  return reject('schema', [...hints, ...unadmitted, ...explainFaults(body, origin)])
}

/**
 * One message of the topic, decoded once: the event that it carries, or the reason why it becomes a dead
 * letter. Never throws, whatever the bytes.
 * @param origin where the message lies, which names events of version 0
 * @param now by the clock of whoever takes it, epoch milliseconds: the one clock that no producer can set
 */
export const decodeMessage = (
  message: TopicMessage,
  origin: { readonly topic: string; readonly partition: number },
  now: number,
): Decoded => {
  const { value, headers } = message
  if (value === null) return rejectWhole('not_json', 'the value is null')
  if (value.length > maxValueBytes) {
    return rejectWhole('too_large', `is ${value.length} bytes, more than ${maxValueBytes}`)
  }
  const unreadable = unreadableContentType(headers)
  if (unreadable !== undefined) {
    const hint = 'send each event as application/cloudevents+json, or in binary mode'
    return reject('schema', [{ path: 'content-type', message: `${unreadable} is not read: ${hint}` }])
  }
  const decoded = decodeValue(
    value,
    headers,
    true,
    () => givenId(headers) ?? idOfPlace(origin.topic, origin.partition, message.offset),
  )
  if (decoded.ok && decoded.event.occurredAt > now + maxAheadMs) {
    const clock = new Date(now).toISOString()
    return reject('future_time', [
      { path: 'occurred_at', message: `is more than 24 hours ahead of the clock here, which said ${clock}` },
    ])
  }
  return decoded
}
