import { eventSchema } from './eventSchema.ts'
import type { Fault } from './rejection.ts'

/** What the producer calls our fields, where it used another envelope or version. */
const namesOfCloudEvents: Readonly<Record<string, string>> = {
  event_id: 'id',
  occurred_at: 'time',
}
const namesOfVersion0: Readonly<Record<string, string>> = { occurred_at: 'usage_timestamp' }

/** Every rule that a body breaks, each with its path in the producer's own names. */
export const explainFaults = (
  body: unknown,
  { wasUpcast, wasCloudEvent }: { readonly wasUpcast: boolean; readonly wasCloudEvent: boolean },
): Fault[] => {
  const names = { ...(wasCloudEvent ? namesOfCloudEvents : {}), ...(wasUpcast ? namesOfVersion0 : {}) }
  const issues = eventSchema.safeParse(body).error?.issues ?? []
  return issues.map((issue) => {
    const [first, ...rest] = issue.path.map(String)
    const path = first === undefined ? '' : [names[first] ?? first, ...rest].join('.')
    return { path, message: issue.message }
  })
}
