import { type CatalogueEntry, emptyEntry, mergeEntry } from '@patterns/projections/catalogue.ts'
import type { Deltas } from '@patterns/projections/fold.ts'
import { type Granularity, granularities, windowStart } from '@patterns/projections/window.ts'
import { mergeWindow, type WindowState, zeroWindow } from '@patterns/projections/windowState.ts'
import type pg from 'pg'
import { loadCatalogue } from '@patterns/read-model/reading/loadCatalogue.ts'
import { loadWindows } from '@patterns/read-model/reading/loadWindows.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'
import type { ChangedStates } from '@patterns/read-model/writing/writeFlush.ts'
import type { CheckpointKey } from '@patterns/read-model/projection.ts'
import { refuseNewerRow } from './projectionAhead.ts'

/**
 * The window states of one shard, held in memory by the shard's owner: read from the database when they
 * are first touched, least recently touched out first.
 */
export interface WindowStates {
  /**
   * Merges deltas in, and returns the states that they changed, sorted by key.
   * @param checkpoint the position that all that is stored must account for
   * @throws FencedError, ProjectionAheadError if what is loaded accounts for more
   */
  merge(deltas: Deltas, checkpoint: number): Promise<ChangedStates>
}

export interface WindowStatesOptions {
  readonly pool: pg.Pool
  readonly checkpointKey: CheckpointKey
  /** The checkpoint is at 0, so the tables hold nothing for this shard: nothing to look for until something was forgotten. */
  readonly isNew: boolean
  /** States cached at most; about 1 KiB each. */
  readonly maxStates?: number | undefined
}

/** A window's row by its key within the shard. */
interface Touched {
  /** `null` for all patterns of the shard together. */
  readonly patternId: string | null
  readonly granularity: Granularity
  /** Epoch milliseconds. */
  readonly start: number
  readonly text: string
  readonly from: WindowState[]
}

/** The key as text, for maps; sorts by pattern and then by time within a granularity. */
const keyText = (patternId: string | null, granularity: Granularity, start: number): string =>
  `${granularity}/${patternId ?? ''}/${start}`

/** Every window that the deltas touch, with the hours that go into it. */
const touchedWindows = (deltas: Deltas): Map<string, Touched> => {
  const touched = new Map<string, Touched>()
  const touch = (patternId: string | null, granularity: Granularity, hour: number, state: WindowState) => {
    const start = windowStart(hour, granularity)
    const text = keyText(patternId, granularity, start)
    const known = touched.get(text)
    if (known !== undefined) known.from.push(state)
    else touched.set(text, { patternId, granularity, start, text, from: [state] })
  }
  const totals = new Map<number, WindowState>()
  for (const [patternId, { hours }] of deltas) {
    for (const [hour, state] of hours) {
      for (const granularity of granularities) touch(patternId, granularity, hour, state)
      const total = totals.get(hour) ?? zeroWindow()
      mergeWindow(total, state)
      totals.set(hour, total)
    }
  }
  for (const [hour, state] of totals) {
    for (const granularity of granularities) touch(null, granularity, hour, state)
  }
  return touched
}

/** Rows are sorted among those of patterns, or among totals, which all have no pattern. */
const byKey = (a: WindowRow, b: WindowRow): number => {
  if (a.patternId === b.patternId) return a.start - b.start
  return a.patternId! < b.patternId! ? -1 : 1
}

export const createWindowStates = ({
  pool,
  checkpointKey,
  isNew,
  maxStates = 20_000,
}: WindowStatesOptions): WindowStates => {
  const { version, shard } = checkpointKey
  const windows = new Map<string, WindowState>()
  const entries = new Map<string, CatalogueEntry>()
  /** Whether all that the tables hold of the shard is in memory. */
  let isComplete = isNew

  const loadMissing = async (
    touched: Iterable<Touched>,
    patternIds: Iterable<string>,
    checkpoint: number,
  ): Promise<void> => {
    if (isComplete) return
    let newest = 0
    const missing = [...touched].filter(({ text }) => !windows.has(text))
    for (const granularity of granularities) {
      const ofGranularity = missing.filter((key) => key.granularity === granularity)
      const [patterns, totals] = [
        ofGranularity.filter((key) => key.patternId !== null),
        ofGranularity.filter((key) => key.patternId === null),
      ]
      for (const keys of [patterns, totals]) {
        for (const row of await loadWindows(pool, version, shard, granularity, keys)) {
          windows.set(keyText(row.patternId, granularity, row.start), row.state)
          newest = Math.max(newest, row.state.positions.last!)
        }
      }
    }
    const unknown = [...patternIds].filter((patternId) => !entries.has(patternId))
    if (unknown.length > 0) {
      for (const [patternId, entry] of await loadCatalogue(pool, version, shard, unknown)) {
        entries.set(patternId, entry)
        newest = Math.max(newest, entry.lastPosition ?? 0)
      }
    }
    await refuseNewerRow(pool, checkpointKey, newest, checkpoint)
  }

  /** Maps keep insertion order, so putting a touched key back in makes the first ones the least recent. */
  const keepRecent = <Value>(states: Map<string, Value>, key: string, value: Value): void => {
    states.delete(key)
    states.set(key, value)
  }
  const forgetOldest = (states: Map<string, unknown>): void => {
    if (states.size <= maxStates) return
    isComplete = false
    for (const key of states.keys()) {
      states.delete(key)
      if (states.size <= maxStates) return
    }
  }

  return {
    async merge(deltas, checkpoint) {
      const touched = touchedWindows(deltas)
      await loadMissing(touched.values(), deltas.keys(), checkpoint)
      const registered = new Set<string>()
      const changed: ChangedStates = {
        registered,
        windows: {
          hour: { patterns: [], totals: [] },
          day: { patterns: [], totals: [] },
          week: { patterns: [], totals: [] },
        },
        entries: [],
      }
      for (const { text, patternId, granularity, start, from } of touched.values()) {
        const state = windows.get(text) ?? zeroWindow()
        for (const delta of from) mergeWindow(state, delta)
        keepRecent(windows, text, state)
        changed.windows[granularity][patternId === null ? 'totals' : 'patterns'].push({
          patternId,
          start,
          state,
        })
      }
      for (const [patternId, { entry: delta }] of deltas) {
        const entry = entries.get(patternId) ?? emptyEntry()
        mergeEntry(entry, delta)
        keepRecent(entries, patternId, entry)
        changed.entries.push([patternId, entry])
        if (delta.description !== null || delta.tags !== null || delta.nodeType !== null)
          registered.add(patternId)
      }
      for (const granularity of granularities) {
        changed.windows[granularity].patterns.sort(byKey)
        changed.windows[granularity].totals.sort(byKey)
      }
      changed.entries.sort(([a], [b]) => (a < b ? -1 : 1))
      forgetOldest(windows)
      forgetOldest(entries)
      return changed
    },
  }
}
