import { type Parse, readJson } from './readJson.ts'
import type { MessageHeaders } from './topicMessage.ts'

type Body = Readonly<Record<string, unknown>>

const structuredType = 'application/cloudevents+json'
const anyStructuredType = 'application/cloudevents'
const attributePrefix = 'ce_'

/** The value of a header, its name written in any case; of several values the first. A header may have none at all. */
export const headerOf = (headers: MessageHeaders, name: string): string | undefined => {
  // Names in lower case are the rule, and one look finds them.
  const written = Object.hasOwn(headers, name)
    ? name
    : Object.keys(headers).find((one) => one.length === name.length && one.toLowerCase() === name)
  const value = written === undefined ? undefined : headers[written]
  const first = Array.isArray(value) ? value[0] : value
  return first?.toString()
}

const mediaTypeOf = (headers: MessageHeaders): string | undefined =>
  headerOf(headers, 'content-type')?.split(';')[0]!.trim().toLowerCase()

/** `binary`: attributes in `ce_*` headers; `structured`: all in the value (Kafka protocol binding 1.0, section 3). */
export type CloudEventMode = 'binary' | 'structured'

/**
 * In which mode a message is a CloudEvent; `undefined` if it is none. The content type decides before any attribute
 * does (section 3: its prefix "indicat[es] the use of a known event format").
 */
export const cloudEventMode = (headers: MessageHeaders | undefined): CloudEventMode | undefined => {
  if (headers === undefined) return undefined
  if (mediaTypeOf(headers) === structuredType) return 'structured'
  return headerOf(headers, 'ce_specversion') === undefined ? undefined : 'binary'
}

/** The content type of a message that says to be CloudEvents in a form that is not read: a batch, Avro. */
export const unreadableContentType = (headers: MessageHeaders | undefined): string | undefined => {
  const mediaType = headers === undefined ? undefined : mediaTypeOf(headers)
  return mediaType?.startsWith(anyStructuredType) && mediaType !== structuredType ? mediaType : undefined
}

/**
 * The headers without which a stored value could not be read again, their names in lower case; `undefined` for all
 * but CloudEvents.
 */
export const envelopeHeaders = (headers: MessageHeaders | undefined): Record<string, string> | undefined => {
  if (headers === undefined || cloudEventMode(headers) === undefined) return undefined
  const names = Object.keys(headers)
    .map((name) => name.toLowerCase())
    .filter((name) => name.startsWith(attributePrefix) || name === 'content-type')
  return Object.fromEntries(names.map((name) => [name, headerOf(headers, name) ?? '']))
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

/** The field of a structured CloudEvent that holds its data. */
export const dataField = (value: unknown): 'data' | 'data_base64' =>
  !('data' in asBody(value)) && 'data_base64' in asBody(value) ? 'data_base64' : 'data'

const base64 = /^[A-Za-z0-9+/]*={0,2}$/

/** The JSON in `data_base64` (JSON format 1.0, section 3.1.1), or why there is none. */
const readBase64 = (text: unknown, parse: Parse): ReturnType<typeof readJson> =>
  typeof text === 'string' && base64.test(text)
    ? readJson(Buffer.from(text, 'base64'), parse)
    : { ok: false, message: 'must be text in base64' }

/** Our own body from a CloudEvent: `id` is `event_id`, `time` is `occurred_at`, the rest is in `data`. */
export const unwrapCloudEvent = (
  value: unknown,
  headers: MessageHeaders,
  mode: CloudEventMode,
  parse: Parse = JSON.parse,
): Body => {
  if (mode === 'structured') {
    const envelope = asBody(value)
    if (dataField(envelope) === 'data') return combine(envelope['data'], envelope)
    const read = readBase64(envelope['data_base64'], parse)
    return combine(read.ok ? read.value : undefined, envelope)
  }
  return combine(value, {
    id: headerOf(headers, 'ce_id'),
    type: headerOf(headers, 'ce_type'),
    time: headerOf(headers, 'ce_time'),
    source: headerOf(headers, 'ce_source'),
  })
}

/** Why the data of a structured CloudEvent cannot be told; `undefined` if it can. */
export const dataFault = (value: unknown): string | undefined => {
  const envelope = asBody(value)
  if (!('data_base64' in envelope)) return undefined
  if ('data' in envelope) return 'must not stand beside data'
  const read = readBase64(envelope['data_base64'], JSON.parse)
  return read.ok ? undefined : read.message
}
