import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type { RecordedEvent } from './eventHistories.ts'

/** A value and the event that said it. */
interface RecountedWord {
  readonly value: unknown
  readonly occurredAt: number
  readonly eventId: string
}

/** What is known of a pattern, from the definition alone. */
export interface RecountedEntry {
  readonly firstSeen: number
  readonly lastSeen: number
  readonly lastUsed: number | null
  readonly lastPosition: number
  readonly patternName: RecountedWord | null
  readonly patternType: RecountedWord | null
  readonly description: RecountedWord | null
  readonly tags: RecountedWord | null
  readonly nodeType: RecountedWord | null
}

/** Of all that was said, the word with the greatest (occurred_at, event_id). */
const latestWord = (
  events: readonly PatternEvent[],
  wordOf: (event: PatternEvent) => unknown,
): RecountedWord | null =>
  events
    .filter((event) => wordOf(event) !== undefined)
    .map((event) => ({ value: wordOf(event), occurredAt: event.occurredAt, eventId: event.eventId }))
    .toSorted((a, b) => a.occurredAt - b.occurredAt || (a.eventId < b.eventId ? -1 : 1))
    .at(-1) ?? null

/** The catalogue that a shard's log makes, by pattern id. Event ids must differ. */
export const recountCatalogue = (history: readonly RecordedEvent[]): Map<string, RecountedEntry> => {
  const entries = new Map<string, RecountedEntry>()
  const counted = history.map(({ event }) => event).filter((event) => !event.isTest)
  for (const patternId of new Set(counted.map((event) => event.patternId))) {
    const events = counted.filter((event) => event.patternId === patternId)
    const times = events.map((event) => event.occurredAt)
    const used = events.filter((event) => event.type === 'pattern.used').map((event) => event.occurredAt)
    entries.set(patternId, {
      firstSeen: Math.min(...times),
      lastSeen: Math.max(...times),
      lastUsed: used.length === 0 ? null : Math.max(...used),
      lastPosition: 1 + history.findLastIndex(({ event }) => event.patternId === patternId && !event.isTest),
      patternName: latestWord(events, (event) => event.patternName),
      patternType: latestWord(events, (event) => event.patternType),
      description: latestWord(events, (event) => event.registration?.description),
      tags: latestWord(events, (event) => event.registration?.tags),
      nodeType: latestWord(events, (event) => event.registration?.nodeType),
    })
  }
  return entries
}
