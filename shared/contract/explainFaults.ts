import { eventSchema } from './eventSchema.ts'
import { type BodyOrigin, fieldName } from './fieldName.ts'
import { explainIssue } from './explainIssue.ts'
import type { Fault } from './rejection.ts'

/** A message of 256 KiB can break a hundred thousand rules; past these nobody reads. */
const maxFaults = 100

/**
 * The rules that a body breaks, each with its path in the producer's own names: every one, or the first
 * hundred and how many there are beyond.
 */
export const explainFaults = (body: unknown, origin: BodyOrigin): Fault[] => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return [{ path: '', message: 'must be a JSON object' }]
  const issues = eventSchema.safeParse(body).error?.issues ?? []
  const faults = issues.slice(0, maxFaults).map(({ path: [field, ...inner], message }) => ({
    path: [fieldName(String(field), origin), ...inner.map(String)].join('.'),
    message: explainIssue(message),
  }))
  const more = issues.length - faults.length
  return more === 0 ? faults : [...faults, { path: '', message: `breaks ${more} rules more` }]
}
