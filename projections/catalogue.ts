import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import { maxOf, minOf } from './extremes.ts'

/** A value with the event that said it: of two, the one with the greater (occurredAt, eventId) holds. */
export interface Reported<Value> {
  readonly value: Value
  readonly occurredAt: number
  readonly eventId: string
}

/** What is known of a pattern besides its numbers. Mergeable, like every state here. */
export interface CatalogueEntry {
  firstSeen: number | null
  lastSeen: number | null
  /** When it was last used; being seen is any event. */
  lastUsed: number | null
  lastPosition: number | null
  patternName: Reported<string> | null
  patternType: Reported<string> | null
  description: Reported<string> | null
  tags: Reported<readonly string[]> | null
  nodeType: Reported<string> | null
}

export const emptyEntry = (): CatalogueEntry => ({
  firstSeen: null,
  lastSeen: null,
  lastUsed: null,
  lastPosition: null,
  patternName: null,
  patternType: null,
  description: null,
  tags: null,
  nodeType: null,
})

const isLater = (occurredAt: number, eventId: string, than: Reported<unknown>): boolean =>
  occurredAt > than.occurredAt || (occurredAt === than.occurredAt && eventId > than.eventId)

const report = <Value>(
  known: Reported<Value> | null,
  value: Value | undefined,
  { occurredAt, eventId }: PatternEvent,
): Reported<Value> | null => {
  if (value === undefined) return known
  if (known !== null && !isLater(occurredAt, eventId, known)) return known
  return { value, occurredAt, eventId }
}

/** Takes in what one event says of its pattern. */
export const addToEntry = (entry: CatalogueEntry, event: PatternEvent, position: number): void => {
  entry.firstSeen = minOf(entry.firstSeen, event.occurredAt)
  entry.lastSeen = maxOf(entry.lastSeen, event.occurredAt)
  if (event.outcome !== undefined) entry.lastUsed = maxOf(entry.lastUsed, event.occurredAt)
  entry.lastPosition = maxOf(entry.lastPosition, position)
  entry.patternName = report(entry.patternName, event.patternName, event)
  entry.patternType = report(entry.patternType, event.patternType, event)
  const { registration } = event
  if (registration === undefined) return
  entry.description = report(entry.description, registration.description, event)
  entry.tags = report(entry.tags, registration.tags, event)
  entry.nodeType = report(entry.nodeType, registration.nodeType, event)
}

const later = <Value>(a: Reported<Value> | null, b: Reported<Value> | null): Reported<Value> | null => {
  if (a === null || b === null) return a ?? b
  return isLater(b.occurredAt, b.eventId, a) ? b : a
}

/** Takes in all that another entry of the same pattern knows. */
export const mergeEntry = (into: CatalogueEntry, from: CatalogueEntry): void => {
  into.firstSeen = minOf(into.firstSeen, from.firstSeen)
  into.lastSeen = maxOf(into.lastSeen, from.lastSeen)
  into.lastUsed = maxOf(into.lastUsed, from.lastUsed)
  into.lastPosition = maxOf(into.lastPosition, from.lastPosition)
  into.patternName = later(into.patternName, from.patternName)
  into.patternType = later(into.patternType, from.patternType)
  into.description = later(into.description, from.description)
  into.tags = later(into.tags, from.tags)
  into.nodeType = later(into.nodeType, from.nodeType)
}
