import { granularities } from '@patterns/projections/window.ts'
import {
  allSeries,
  createSeriesFinder,
  noSeries,
  type SeriesSet,
  trendHorizon,
} from '@patterns/projections/trends/trendSeries.ts'
import type { ChangedStates } from '@patterns/read-model/writing/writeFlush.ts'
import type { FigureCache } from './figureCache.ts'

/** What is to be computed of a pattern. */
export type StalePattern = readonly [patternId: string, set: SeriesSet]

/** The lines that are not those of the windows any more. */
export interface StaleLines {
  /** Takes a committed flush into the cache, and remembers which lines its closed windows change. */
  flushed(changed: ChangedStates, now: number): void
  /** All lines of these patterns. */
  addAll(patternIds: readonly string[]): void
  /** Returns all stale lines; they count as fresh from then on. */
  takeAll(): StalePattern[]
}

export const createStaleLines = (cache: FigureCache): StaleLines => {
  let stale = new Map<string, SeriesSet>()
  const add = (patternId: string, set: SeriesSet): void => {
    if (set !== noSeries) stale.set(patternId, (stale.get(patternId) ?? noSeries) | set)
  }
  return {
    flushed({ windows, entries }, now) {
      const findSeries = createSeriesFinder(now)
      cache.reach(trendHorizon(now))
      const patterns = new Map(
        entries.map(([patternId, { firstSeen }]) => [
          patternId,
          { firstSeen: firstSeen!, held: cache.flushed(patternId, firstSeen!) },
        ]),
      )
      for (const granularity of granularities) {
        for (const { patternId, start, state } of windows[granularity].patterns) {
          const { firstSeen, held } = patterns.get(patternId!)!
          if (held !== undefined) cache.put(held, granularity, start, state)
          add(patternId!, findSeries(granularity, start, firstSeen))
        }
      }
      cache.forgetOldest()
    },
    addAll(patternIds) {
      for (const patternId of patternIds) add(patternId, allSeries)
    },
    takeAll() {
      const all = [...stale]
      stale = new Map()
      return all
    },
  }
}
