import { createHash } from 'node:crypto'
import type { SentMessage } from './sentMessage.ts'

/** What a message says, read from its bytes by the text of the contract alone. */
export interface SentEvent {
  readonly eventId: string
  readonly patternId: string
  readonly occurredAt: number
  readonly outcome: string | undefined
  readonly quality: number | undefined
  readonly durationMs: number | undefined
  /** By the names of the catalogue: what the event reports of its pattern. */
  readonly reports: Readonly<Record<string, unknown>>
}

type Body = Record<string, unknown>

/** RFC 9562, section 5.5, in the name space for URLs. */
const uuidV5 = (name: string): string => {
  const namespace = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex')
  const hash = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16)
  hash[6] = (hash[6]! & 0x0f) | 0x50
  hash[8] = (hash[8]! & 0x3f) | 0x80
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The body in version 1, whatever it came in. */
const bodyOf = (message: SentMessage, topic: string): Body => {
  const { headers = {}, partition, offset } = message
  const value = JSON.parse(message.value!.toString()) as Body
  if (headers['ce_specversion'] !== undefined)
    return {
      ...value,
      event_id: headers['ce_id'],
      type: headers['ce_type'],
      occurred_at: headers['ce_time'],
    }
  if (headers['content-type']?.startsWith('application/cloudevents+json'))
    return {
      ...(value['data'] as Body),
      event_id: value['id'],
      type: value['type'],
      occurred_at: value['time'],
    }
  if ('usage_timestamp' in value)
    return {
      ...value,
      event_id: uuidV5(`${topic}/${partition}/${offset}`),
      type: 'pattern.used',
      occurred_at: value['usage_timestamp'],
    }
  return value
}

const fieldsOfEvery = { pattern_name: 'pattern_name', pattern_type: 'pattern_type' }
const fieldsOfRegistrations = {
  ...fieldsOfEvery,
  description: 'description',
  tags: 'tags',
  node_type: 'nodeType',
}

const reportsOf = (body: Body): Body => {
  if (body['type'] === 'pattern.quality_assessed') return {}
  const names = body['type'] === 'pattern.registered' ? fieldsOfRegistrations : fieldsOfEvery
  const reported = Object.entries(names).map(([field, name]) => [name, body[field] ?? undefined])
  return Object.fromEntries(reported.filter(([, value]) => value !== undefined)) as Body
}

/** @param topic names events that came without an id */
export const readSentEvent = (message: SentMessage, topic: string): SentEvent => {
  const body = bodyOf(message, topic)
  const isUse = body['type'] === 'pattern.used'
  const number = (field: string) => (body[field] ?? undefined) as number | undefined
  return {
    eventId: String(body['event_id']).toLowerCase(),
    patternId: String(body['pattern_id']).toLowerCase(),
    occurredAt: Date.parse(String(body['occurred_at'])),
    outcome: isUse ? String(body['outcome']) : undefined,
    quality: body['type'] === 'pattern.registered' ? undefined : number('quality_score'),
    durationMs: isUse ? number('execution_time_ms') : undefined,
    reports: reportsOf(body),
  }
}
