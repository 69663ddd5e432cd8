import { v5 as uuidv5 } from 'uuid'
import { headerOf } from './cloudEvents.ts'
import type { MessageHeaders } from './topicMessage.ts'

type Body = Readonly<Record<string, unknown>>

/** One step of the chain: from the version it is named for to the next. */
interface Upcaster {
  matches(body: Body): boolean
  /** @param fallbackId the id for an event that came without one: the same at every reading */
  upcast(body: Body, fallbackId: string): Body
}

/** Version 0, the shape of the original in-process event: no `type`, no `schema_version`, no id of its own. */
const fromVersion0: Upcaster = {
  matches: (body) =>
    !('type' in body) && !('schema_version' in body) && 'usage_timestamp' in body && 'outcome' in body,
  upcast: ({ usage_timestamp, ...body }, fallbackId) => ({
    ...body,
    event_id: fallbackId,
    type: 'pattern.used',
    schema_version: 1,
    occurred_at: usage_timestamp,
  }),
}

const chain: readonly Upcaster[] = [fromVersion0]

/** The body in the newest version. `fallbackId` is called only if it is needed, since it costs a hash. */
export const upcast = (body: unknown, fallbackId: () => string): unknown => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  let current = body as Body
  for (const step of chain) {
    if (step.matches(current)) current = step.upcast(current, fallbackId())
  }
  return current
}

/** The header that names an event of version 0 which had an id already: an export of the log that is published again. */
export const givenIdHeader = 'event_id'

/** The id that a message's headers give to an event which has none of its own. Whether it is one is seen to later. */
export const givenId = (headers: MessageHeaders | undefined): string | undefined =>
  headers === undefined ? undefined : headerOf(headers, givenIdHeader)

/** The id of an event that came without one: a UUIDv5 of where it lies, so that a redelivery gets the same. */
export const idOfPlace = (topic: string, partition: number, offset: number): string =>
  uuidv5(`${topic}/${partition}/${offset}`, uuidv5.URL)
