import type { SentEvent } from './sentEvent.ts'
import { canonicalJson, max, min, type TableRow } from './tables.ts'

/** What is known of one pattern in one shard. */
export interface Entry {
  readonly events: { readonly event: SentEvent; readonly position: number }[]
}

/** The last word on a field: that of the greatest (occurred_at, event_id). */
const lastWord = ({ events }: Entry, name: string): SentEvent | undefined =>
  events
    .map(({ event }) => event)
    .filter(({ reports }) => reports[name] !== undefined)
    .toSorted((a, b) => a.occurredAt - b.occurredAt || (a.eventId < b.eventId ? -1 : 1))
    .at(-1)

/** The row that the catalogue must have of it. */
export const catalogueRow = (entry: Entry): TableRow => {
  const times = entry.events.map(({ event }) => event.occurredAt)
  const used = entry.events.filter(({ event }) => event.outcome !== undefined)
  const textOf = (name: string): TableRow => {
    const event = lastWord(entry, name)
    return {
      [name]: (event?.reports[name] as string | undefined) ?? null,
      [`${name}_said_at`]: event === undefined ? null : String(event.occurredAt),
      [`${name}_said_by`]: event?.eventId ?? null,
    }
  }
  const rest = Object.fromEntries(
    ['description', 'tags', 'nodeType'].map((name) => {
      const event = lastWord(entry, name)
      if (event === undefined) return [name, null]
      return [name, { value: event.reports[name], occurredAt: event.occurredAt, eventId: event.eventId }]
    }),
  )
  const hasRest = Object.values(rest).some((word) => word !== null)
  return {
    first_seen: min(times),
    last_seen: max(times),
    last_used: max(used.map(({ event }) => event.occurredAt)),
    last_position: max(entry.events.map(({ position }) => position)),
    ...textOf('pattern_name'),
    ...textOf('pattern_type'),
    said: hasRest ? canonicalJson(rest) : null,
  }
}
