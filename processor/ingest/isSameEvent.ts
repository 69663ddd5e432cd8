import { cloudEventMode, unwrapCloudEvent } from '@patterns/shared/contract/cloudEvents.ts'
import type { Parse } from '@patterns/shared/contract/readJson.ts'
import type { MessageHeaders } from '@patterns/shared/contract/topicMessage.ts'
import { upcast } from '@patterns/shared/contract/upcast.ts'
import { readUuid } from '@patterns/shared/contract/uuid.ts'
import { isSameJson } from './isSameJson.ts'
import { parseExactly } from './parseExactly.ts'

interface RawMessage {
  readonly value: Buffer
  readonly headers: MessageHeaders | undefined
}

const ids = ['event_id', 'pattern_id', 'correlation_id']

/** Of two events that are compared both have the one id; if none came with it, it does not matter what it is. */
const noId = (): string => ''

/** What a message says, out of its envelope, in version 1, with each id in its one spelling. */
const contentOf = ({ value, headers }: RawMessage, parse: Parse): unknown => {
  const mode = cloudEventMode(headers)
  const parsed = parse(value.toString())
  const body = upcast(mode === undefined ? parsed : unwrapCloudEvent(parsed, headers!, mode, parse), noId)
  if (typeof body !== 'object' || body === null) return body
  // An envelope may say nothing of a field, which is as if there were none.
  const spelled = Object.entries(body)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => [name, ids.includes(name) ? (readUuid(field) ?? field) : field])
  return Object.fromEntries(spelled)
}

const isInSameEnvelope = (a: RawMessage, b: RawMessage): boolean =>
  cloudEventMode(a.headers) === undefined && cloudEventMode(b.headers) === undefined

/**
 * Whether two messages with one event id say the same, in whatever envelope, order of fields and spelling of numbers
 * and ids: a producer's retry may write them again, and so does an export. Both are known to be valid.
 */
export const isSameEvent = (a: RawMessage, b: RawMessage): boolean => {
  if (a.value.equals(b.value) && isInSameEnvelope(a, b)) return true
  // The first tells a number from the text that stands for it in the second.
  return [JSON.parse, parseExactly].every((parse) => isSameJson(contentOf(a, parse), contentOf(b, parse)))
}
