import type { MessageHeaders } from './topicMessage.ts'

type Body = Readonly<Record<string, unknown>>

const structuredType = 'application/cloudevents+json'

const textOf = (headers: MessageHeaders, name: string): string | undefined => {
  const value = headers[name]
  const first = Array.isArray(value) ? value[0] : value
  return first?.toString()
}

/** `binary`: attributes in `ce_*` headers; `structured`: all in the value (Kafka protocol binding 1.0, section 3). */
export type CloudEventMode = 'binary' | 'structured'

/** In which mode a message is a CloudEvent; `undefined` where it is none. */
export const cloudEventMode = (headers: MessageHeaders | undefined): CloudEventMode | undefined => {
  if (headers === undefined) return undefined
  if (headers['ce_specversion'] !== undefined) return 'binary'
  if (headers['content-type'] === undefined) return undefined
  // A header may have no value at all.
  return textOf(headers, 'content-type')?.toLowerCase().startsWith(structuredType) ? 'structured' : undefined
}

/** The headers without which a stored value could not be read again; `undefined` for all but CloudEvents. */
export const envelopeHeaders = (headers: MessageHeaders | undefined): Record<string, string> | undefined => {
  if (headers === undefined || cloudEventMode(headers) === undefined) return undefined
  const names = Object.keys(headers).filter((name) => name.startsWith('ce_') || name === 'content-type')
  return Object.fromEntries(names.map((name) => [name, textOf(headers, name) ?? '']))
}

const asBody = (data: unknown): Body =>
  typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Body) : {}

const combine = (data: unknown, attributes: Body): Body => ({
  schema_version: 1,
  source: attributes['source'],
  ...asBody(data),
  event_id: attributes['id'],
  type: attributes['type'],
  occurred_at: attributes['time'],
})

/** Our own body from a CloudEvent: `id` is `event_id`, `time` is `occurred_at`, the rest is in `data`. */
export const unwrapCloudEvent = (value: unknown, headers: MessageHeaders, mode: CloudEventMode): Body => {
  if (mode === 'structured') return combine(asBody(value)['data'], asBody(value))
  return combine(value, {
    id: textOf(headers, 'ce_id'),
    type: textOf(headers, 'ce_type'),
    time: textOf(headers, 'ce_time'),
    source: textOf(headers, 'ce_source'),
  })
}
