import type { OutgoingMessage } from '@patterns/topic/publisher.ts'
import type { ValidMessage } from './validMessage.ts'
import type { Random } from './random.ts'

/** Messages that are unusual but good: each must end as an event. */

const hourMs = 3_600_000

export type Body = Record<string, unknown>

export const bodyOf = (message: ValidMessage): Body => JSON.parse(message.value) as Body

const envelopeFields = ['event_id', 'type', 'schema_version', 'occurred_at', 'source']

const withoutEnvelope = (body: Body): Body =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !envelopeFields.includes(name)))

/** The event happened 3 to 48 hours before it was sent: its window has settled, and is restated. */
export const late = (message: ValidMessage, random: Random): OutgoingMessage => {
  const occurredAt = message.timestamp - Math.round((3 + 45 * random.unit()) * hourMs)
  return {
    key: message.key,
    value: JSON.stringify({ ...bodyOf(message), occurred_at: new Date(occurredAt).toISOString() }),
  }
}

/** Without a key the message may lie in any partition. */
export const nullKey = (message: ValidMessage): OutgoingMessage => ({ key: null, value: message.value })

/** The shape of the original in-process event, with neither type, version nor id. */
export const version0 = (message: ValidMessage): OutgoingMessage | undefined => {
  const body = bodyOf(message)
  if (body['type'] !== 'pattern.used') return undefined
  const value = JSON.stringify({ ...withoutEnvelope(body), usage_timestamp: body['occurred_at'] })
  return { key: message.key, value }
}

const splitEnvelope = (message: ValidMessage) => {
  const body = bodyOf(message)
  const attributes = {
    specversion: '1.0',
    id: String(body['event_id']),
    type: String(body['type']),
    source: String(body['source']),
    time: String(body['occurred_at']),
  }
  return { attributes, data: withoutEnvelope(body) }
}

/** CloudEvents 1.0, attributes in headers (Kafka protocol binding 3.2). */
export const cloudEventsBinary = (message: ValidMessage): OutgoingMessage => {
  const { attributes, data } = splitEnvelope(message)
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]))
  return {
    key: message.key,
    value: JSON.stringify(data),
    headers: { ...headers, 'content-type': 'application/json' },
  }
}

/** CloudEvents 1.0, all in the value (Kafka protocol binding 3.3). */
export const cloudEventsStructured = (message: ValidMessage): OutgoingMessage => {
  const { attributes, data } = splitEnvelope(message)
  return {
    key: message.key,
    value: JSON.stringify({ ...attributes, datacontenttype: 'application/json', data }),
    headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
  }
}

/** The same bytes once more, as a producer that retries sends them. */
export const duplicate = (message: ValidMessage): ValidMessage => message
