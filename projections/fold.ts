import { addToEntry, type CatalogueEntry, emptyEntry } from './catalogue.ts'
import type { PlacedEvent } from './measure.ts'
import { windowStart } from './window.ts'
import { addToWindow, type WindowState, zeroWindow } from './windowState.ts'

/** What a run of a shard's events changes about one pattern. */
export interface PatternDelta {
  readonly entry: CatalogueEntry
  /** By hour start. A day and a week are merges of hours, so each event is counted just once. */
  readonly hours: Map<number, WindowState>
}

/** What a run of a shard's events changes, by pattern id: the sum of the events, to be merged into the windows. */
export type Deltas = Map<string, PatternDelta>

/**
 * Adds one event to the deltas; a test event changes nothing. Answers whether a window was touched for the first time, so
 * that callers can bound memory.
 */
export const foldEvent = (deltas: Deltas, placed: PlacedEvent): boolean => {
  const { event, position } = placed
  if (event.isTest) return false
  let pattern = deltas.get(event.patternId)
  if (pattern === undefined) {
    pattern = { entry: emptyEntry(), hours: new Map() }
    deltas.set(event.patternId, pattern)
  }
  addToEntry(pattern.entry, event, position)
  const hour = windowStart(event.occurredAt, 'hour')
  let state = pattern.hours.get(hour)
  const isNew = state === undefined
  if (state === undefined) {
    state = zeroWindow()
    pattern.hours.set(hour, state)
  }
  addToWindow(state, placed)
  return isNew
}
