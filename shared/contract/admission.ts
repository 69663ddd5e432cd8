import { dataFault, headerOf } from './cloudEvents.ts'
import { type BodyOrigin, fieldName } from './fieldName.ts'
import { isNestedDeeper, mostNesting } from './nesting.ts'
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

const attributeFaults = ({ headers, parsed, origin }: Incoming): Fault[] => {
  if (origin.cloudEvent === undefined) return []
  const [path, version] =
    origin.cloudEvent === 'binary'
      ? ['ce_specversion', headerOf(headers!, 'ce_specversion')]
      : ['specversion', isBody(parsed) ? parsed['specversion'] : undefined]
  const faults: Fault[] = version === '1.0' ? [] : [{ path, message: 'must be "1.0"' }]
  const fault = origin.cloudEvent === 'structured' ? dataFault(parsed) : undefined
  return fault === undefined ? faults : [...faults, { path: 'data_base64', message: fault }]
}

const fieldFaults = ({ body, origin }: Incoming): Fault[] => {
  if (!isBody(body)) return []
  const { occurred_at, test } = body
  const faults: Fault[] = []
  const time = readTime(occurred_at)
  const reason = time === undefined ? undefined : timeFault(occurred_at as string, time)
  if (reason !== undefined) faults.push({ path: fieldName('occurred_at', origin), message: reason })
  if (test !== undefined && test !== null && typeof test !== 'boolean')
    faults.push({ path: fieldName('test', origin), message: 'must be true or false' })
  return faults
}

const nestingFaults = ({ parsed, body, origin }: Incoming): Fault[] => {
  const fields = isBody(body) ? Object.entries(body).map(([n, v]) => [fieldName(n, origin), v] as const) : []
  // What else stands in the envelope is shown with the event, too.
  const attributes =
    origin.cloudEvent === 'structured' && isBody(parsed)
      ? Object.entries(parsed).filter(([name]) => name !== 'data')
      : []
  const isTooDeep = new Set(
    [...fields, ...attributes].filter(([, v]) => isNestedDeeper(v, mostNesting)).map(([path]) => path),
  )
  return [...isTooDeep].map((path) => ({ path, message: `must be nested at most ${mostNesting} deep` }))
}

/** The rules of admission that a message breaks. */
export const admissionFaults = (incoming: Incoming): Fault[] => [
  ...attributeFaults(incoming),
  ...fieldFaults(incoming),
  ...nestingFaults(incoming),
]

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
