import type { Fault } from '@patterns/shared/contract/rejection.ts'
import type { MessageHeaders } from '@patterns/shared/contract/topicMessage.ts'

/** Text that Postgres takes, in JSON too: neither the null character nor half of a surrogate pair. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\u{fffd}')

/** Faults quote what a producer wrote, which may be any text, and may be cut in the middle of a character. */
export const faultsAsJson = (faults: readonly Fault[]): string =>
  JSON.stringify(faults.map(({ path, message }) => ({ path: storable(path), message: storable(message) })))

const base64 = 'base64:'

/** As text if it is UTF-8 and can be stored, else in base64, so that no byte is lost. A header may have no value. */
const valueAsText = (value: Buffer | string | null | undefined): string | null => {
  if (value === null || value === undefined) return null
  const bytes = Buffer.from(value as Buffer)
  const text = bytes.toString()
  const isText = Buffer.from(text).equals(bytes) && !text.includes('\0') && !text.startsWith(base64)
  return isText ? text : base64 + bytes.toString('base64')
}

/** Headers as JSON, values as text or as `base64:…`; null if there are none. */
export const headersAsJson = (headers: MessageHeaders | undefined): string | null => {
  if (headers === undefined) return null
  const entries = Object.entries(headers).map(([name, value]) => [
    storable(name),
    Array.isArray(value) ? value.map(valueAsText) : valueAsText(value),
  ])
  return JSON.stringify(Object.fromEntries(entries))
}
