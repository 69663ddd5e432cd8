import type { CloudEventMode } from './cloudEvents.ts'
import { eventSchema } from './eventSchema.ts'
import { plainMessage } from './plainMessage.ts'
import type { Fault } from './rejection.ts'

/** What a body came from, which decides what its producer calls our fields. */
export interface BodyOrigin {
  readonly wasUpcast: boolean
  readonly cloudEvent: CloudEventMode | undefined
}

const namesOfVersion0: Readonly<Record<string, string>> = { occurred_at: 'usage_timestamp' }
const namesOfCloudEvents: Readonly<Record<string, string>> = {
  event_id: 'id',
  type: 'type',
  occurred_at: 'time',
  source: 'source',
}

/** A message of 256 KiB can break a hundred thousand rules; past these nobody reads on. */
const mostFaults = 100

const nameFor = (field: string, { wasUpcast, cloudEvent }: BodyOrigin): string => {
  if (wasUpcast) return namesOfVersion0[field] ?? field
  if (cloudEvent === undefined) return field
  return namesOfCloudEvents[field] ?? (cloudEvent === 'structured' ? `data.${field}` : field)
}

/**
 * The rules that a body breaks, each with its path in the producer's own names: every one, or the first
 * hundred and how many there are beyond.
 */
export const explainFaults = (body: unknown, origin: BodyOrigin): Fault[] => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return [{ path: '', message: 'must be a JSON object' }]
  const issues = eventSchema.safeParse(body).error?.issues ?? []
  const faults = issues.slice(0, mostFaults).map(({ path: [field, ...inner], message }) => ({
    path: [nameFor(String(field), origin), ...inner.map(String)].join('.'),
    message: plainMessage(message),
  }))
  const more = issues.length - faults.length
  return more === 0 ? faults : [...faults, { path: '', message: `breaks ${more} rules more` }]
}
