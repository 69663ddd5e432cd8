import { decodeMessage } from '@patterns/shared/contract/decodeMessage.ts'
import type { Rejection } from '@patterns/shared/contract/rejection.ts'
import type { OutgoingMessage } from '@patterns/topic/publisher.ts'
import { mostLineBytes } from './readLines.ts'

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

/** A line of a file has no headers, so a CloudEvent is known by the one attribute that all must have. */
const headersOf = (bytes: Buffer) =>
  bytes.includes('"specversion"') && typeof parse(bytes)?.['specversion'] === 'string'
    ? { headers: structuredCloudEvent }
    : {}

const tooLong: Prepared = {
  ok: false,
  rejection: {
    reason: 'too_large',
    faults: [{ path: '', message: `is longer than ${mostLineBytes} bytes` }],
  },
}

/** The message that a line becomes, or why the processor would refuse it. */
export const prepareLine = (bytes: Buffer | undefined, now: number): Prepared => {
  if (bytes === undefined) return tooLong
  const message = { key: null, value: bytes, ...headersOf(bytes) }
  // The place serves only to name events of version 0, whose name does not matter here.
  const decoded = decodeMessage(
    { headers: undefined, ...message, offset: 0, timestamp: now },
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
  return typeof id === 'string' ? id : null
}

/** The message of a line that is to be sent as it is, good or bad. Keyed by its pattern where it names one. */
export const prepareRawLine = (bytes: Buffer | undefined): Prepared =>
  bytes === undefined ? tooLong : { ok: true, message: { key: patternIdOf(bytes), value: bytes } }
