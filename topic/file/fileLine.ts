import { isUtf8 } from 'node:buffer'
import type { MessageHeaders, TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import { z } from 'zod'
import type { OutgoingMessage } from '../publisher.ts'

/**
 * One message as a line of a partition's file: an object with `timestamp` (epoch milliseconds), `key`,
 * `value` and, if there are any, `headers`. Text stands as it is; bytes that are not valid UTF-8 stand
 * as `{"base64": "…"}`, so that every message survives byte for byte.
 */
export const encodeLine = ({ timestamp, key, value, headers }: OutgoingMessage): string => {
  const line: Record<string, unknown> = {
    timestamp: timestamp ?? Date.now(),
    key: encodeBytes(key),
    value: encodeBytes(value),
  }
  if (headers && Object.keys(headers).length > 0) {
    line['headers'] = Object.fromEntries(
      Object.entries(headers).map(([name, part]) => [
        name,
        Array.isArray(part) ? part.map(encodeBytes) : encodeBytes(part ?? ''),
      ]),
    )
  }
  return `${JSON.stringify(line)}\n`
}

/** A string of JavaScript may hold half a character; Kafka's client would write its UTF-8 replacement, as we do. */
const encodeBytes = (data: Buffer | string | null) => {
  if (data === null) return null
  if (typeof data === 'string') return data.toWellFormed()
  return isUtf8(data) ? data.toString('utf8') : { base64: data.toString('base64') }
}

const bytes = z.union([z.string(), z.object({ base64: z.base64() })])
const lineShape = z.object({
  timestamp: z.int(),
  key: bytes.nullable(),
  value: bytes.nullable(),
  // Not a z.record, which drops a header that is called `__proto__`.
  headers: z
    .custom<object>((headers) => typeof headers === 'object' && headers !== null && !Array.isArray(headers))
    .transform((headers) => Object.entries(headers))
    .pipe(z.array(z.tuple([z.string(), z.union([bytes, z.array(bytes)])])))
    .optional(),
})
type EncodedBytes = z.infer<typeof bytes>

/** The message of a line; `undefined` for a line that is none, such as one that a crash tore. */
export const decodeLine = (line: string, offset: number): TopicMessage | undefined => {
  const parsed = parseJson(line)
  if (isPlain(parsed)) {
    const { timestamp, key, value } = parsed
    return {
      offset,
      timestamp,
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from(value),
      headers: undefined,
    }
  }
  const { success, data } = lineShape.safeParse(parsed)
  if (!success) return undefined
  return {
    offset,
    key: decodeNullable(data.key),
    value: decodeNullable(data.value),
    headers: data.headers ? decodeHeaders(data.headers) : undefined,
    timestamp: data.timestamp,
  }
}

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

interface PlainLine {
  timestamp: number
  key: string | null
  value: string
  headers: undefined
}

/** The usual line, recognised without the cost of a schema. */
const isPlain = (line: unknown): line is PlainLine => {
  if (typeof line !== 'object' || line === null) return false
  const { timestamp, key, value, headers } = line as Record<string, unknown>
  const isKey = key === null || typeof key === 'string'
  return Number.isSafeInteger(timestamp) && isKey && typeof value === 'string' && headers === undefined
}

const decodeBytes = (data: EncodedBytes): Buffer =>
  typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.base64, 'base64')
const decodeNullable = (data: EncodedBytes | null) => (data === null ? null : decodeBytes(data))

const decodeHeaders = (headers: [string, EncodedBytes | EncodedBytes[]][]): MessageHeaders =>
  Object.fromEntries(
    headers.map(([name, part]) => [name, Array.isArray(part) ? part.map(decodeBytes) : decodeBytes(part)]),
  )
