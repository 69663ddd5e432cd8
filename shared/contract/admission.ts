import { dataFault, headerOf } from './cloudEvents.ts'
import { type BodyOrigin, fieldName } from './fieldName.ts'
import { isNestedDeeper, maxNesting } from './nesting.ts'
import type { Fault } from './rejection.ts'
import { readTime, timeFault } from './rfc3339.ts'
import type { MessageHeaders } from './topicMessage.ts'

/**
 * What is asked of a message that comes in, beside that it is an event (`eventSchema`). What the log has is not asked
 * again: some of it came in under older rules, and must be read for ever.
 */

type Body = Readonly<Record<string, unknown>>

export interface Incoming {
  readonly headers: MessageHeaders | undefined
  /** The value as JSON, in its envelope. */
  readonly parsed: unknown
  /** The same in version 1. */
  readonly body: unknown
  readonly origin: BodyOrigin
}

const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Gathers the faults: nearly every message has none, so nothing is made for those. */
type Blame = (path: string, message: string) => void

const checkAttributes = ({ headers, parsed, origin }: Incoming, blame: Blame): void => {
  if (origin.cloudEvent === 'binary' && headerOf(headers!, 'ce_specversion') !== '1.0')
    blame('ce_specversion', 'must be "1.0"')
  if (origin.cloudEvent !== 'structured') return
  if (!isBody(parsed) || parsed['specversion'] !== '1.0') blame('specversion', 'must be "1.0"')
  const fault = dataFault(parsed)
  if (fault !== undefined) blame('data_base64', fault)
}

const checkFields = (body: Body, origin: BodyOrigin, blame: Blame): void => {
  const { occurred_at, test } = body
  const time = readTime(occurred_at)
  const reason = time === undefined ? undefined : timeFault(occurred_at as string, time)
  if (reason !== undefined) blame(fieldName('occurred_at', origin), reason)
  if (test !== undefined && test !== null && typeof test !== 'boolean')
    blame(fieldName('test', origin), 'must be true or false')
}

const checkNesting = (fields: Body, nameOf: (field: string) => string, blame: Blame): void => {
  // Parsed JSON inherits no field; pairs of them all would cost as much as the rest of the check.
  for (const field in fields)
    if (isNestedDeeper(fields[field], maxNesting))
      blame(nameOf(field), `must be nested at most ${maxNesting} deep`)
}

/** The rules of admission that a message breaks. */
export const admissionFaults = (incoming: Incoming): readonly Fault[] => {
  const { parsed, body, origin } = incoming
  const faults: Fault[] = []
  const blame: Blame = (path, message) => void faults.push({ path, message })
  checkAttributes(incoming, blame)
  if (isBody(body)) {
    checkFields(body, origin, blame)
    checkNesting(body, (field) => fieldName(field, origin), blame)
  }
  if (origin.cloudEvent === 'structured' && isBody(parsed)) {
    // What else stands in the envelope is shown with the event, too.
    const { id: _, type: __, time: ___, source: ____, data: _____, ...others } = parsed
    checkNesting(others, (attribute) => attribute, blame)
  }
  return faults
}

/**
 * What may have been meant with headers that look like those of a CloudEvent and are not: said with the other faults
 * of a message that is refused.
 */
export const envelopeHints = (headers: MessageHeaders | undefined): Fault[] => {
  const names = Object.keys(headers ?? {}).map((name) => name.toLowerCase())
  const overHttp = names.find((name) => name.startsWith('ce-'))
  if (overHttp !== undefined)
    return [{ path: overHttp, message: 'is named as over HTTP: over Kafka its prefix is ce_' }]
  if (!names.some((name) => name.startsWith('ce_'))) return []
  return [{ path: 'ce_specversion', message: 'is required, for the other ce_ headers to make a CloudEvent' }]
}
