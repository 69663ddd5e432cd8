import { decodeMessage } from '@patterns/shared/contract/decodeMessage.ts'
import type { Rejection } from '@patterns/shared/contract/rejection.ts'
import { readUuid } from '@patterns/shared/contract/uuid.ts'
import type { OutgoingMessage } from '@patterns/topic/publisher.ts'
import { exportedMessage } from './exportedMessage.ts'
import { maxLineBytes } from './readLines.ts'

export type Prepared =
  | { readonly ok: true; readonly message: OutgoingMessage }
  | { readonly ok: false; readonly rejection: Rejection }

const parse = (bytes: Buffer): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(bytes.toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const structuredCloudEvent = { 'content-type': 'application/cloudevents+json; charset=UTF-8' }

/**
 * What a line says: an event, or one with what else its message had. A line of a file has no headers, so a CloudEvent is
 * known by the one attribute that all must have.
 */
const messageOf = (
  bytes: Buffer,
  keepTime: boolean,
): Omit<OutgoingMessage, 'key'> & { readonly value: Buffer } => {
  const isExported = bytes.includes('"event"')
  const body = isExported || bytes.includes('"specversion"') ? parse(bytes) : undefined
  const exported = isExported && body !== undefined ? exportedMessage(bytes, body, keepTime) : undefined
  if (exported !== undefined) return exported
  return typeof body?.['specversion'] === 'string'
    ? { value: bytes, headers: structuredCloudEvent }
    : { value: bytes }
}

const tooLong: Prepared = {
  ok: false,
  rejection: {
    reason: 'too_large',
    faults: [{ path: '', message: `is longer than ${maxLineBytes} bytes` }],
  },
}

/**
 * The message that a line becomes, or why the processor would refuse it.
 * @param keepTime whether a line of an export is to have the time at which it was recorded
 */
export const prepareLine = (bytes: Buffer | undefined, now: number, keepTime = false): Prepared => {
  if (bytes === undefined) return tooLong
  const message = messageOf(bytes, keepTime)
  // The place serves only to name events of version 0, whose name does not matter here.
  const decoded = decodeMessage(
    { headers: undefined, timestamp: now, ...message, key: null, offset: 0 },
    { topic: '', partition: 0 },
    now,
  )
  if (!decoded.ok) return decoded
  return { ok: true, message: { ...message, key: decoded.event.patternId } }
}

const patternIdOf = (bytes: Buffer): string | null => {
  const body = parse(bytes)
  const data = body?.['data'] as Record<string, unknown> | null | undefined
  const id = body?.['pattern_id'] ?? data?.['pattern_id']
  // In the one spelling that decides the partition.
  return readUuid(id) ?? (typeof id === 'string' ? id : null)
}

/** The message of a line that is to be sent as it is, good or bad. Keyed by its pattern if it names one. */
export const prepareRawLine = (bytes: Buffer | undefined): Prepared =>
  bytes === undefined ? tooLong : { ok: true, message: { key: patternIdOf(bytes), value: bytes } }
