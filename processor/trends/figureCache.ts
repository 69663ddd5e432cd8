import type { LoadedPattern } from '@patterns/read-model/reading/loadFigures.ts'
import type { MetricState } from '@patterns/projections/analytics/metric.ts'
import { type Granularity, granularities, windowMs } from '@patterns/projections/window.ts'
import {
  dropBefore,
  emptyFigures,
  figuresPerWindow,
  hasWindow,
  putWindow,
  reserve,
  type WindowFigures,
} from './windowFigures.ts'

/** What is held in memory of one pattern. */
export interface PatternFigures extends Readonly<Record<Granularity, WindowFigures>> {
  firstSeen: number
  /** The position that its windows were read as of; what was flushed since is in as well. */
  position: number
  /** Whether all its windows within the horizon are here: not while they are being read. */
  isWhole: boolean
}

/** The start of the oldest window of each size. */
export type Horizon = Readonly<Record<Granularity, number>>

/**
 * The figures of a shard's patterns, least recently used out first: those of the flushes that were committed,
 * taken in in the order of their positions.
 */
export interface FigureCache {
  /**
   * Sets which windows are needed from now on, and returns which are cached: one more of each size, so that two looks at
   * the clock a moment apart need not disagree. If the clock was set back, windows may be needed that were dropped, and
   * all is forgotten.
   */
  reach(needed: Horizon): Horizon
  /** Undefined if the pattern must be read from the database first. */
  get(patternId: string): PatternFigures | undefined
  /** Makes room for a pattern that is about to be read, so that what is flushed meanwhile is not missed. */
  expect(patternId: string): void
  /** Takes in what was read as of `loadedAt`, when `position` is the last flush that was taken in. */
  fill(pattern: LoadedPattern, loadedAt: number, position: number): void
  /** The pattern that a flush changed, to be `put` into; undefined if it is not held and need not be. */
  flushed(patternId: string, firstSeen: number): PatternFigures | undefined
  /** Takes in a window, unless it lies too far back to be cached. */
  put(pattern: PatternFigures, granularity: Granularity, start: number, state: MetricState): void
  /** Forgets the least recently used beyond the bound. */
  forgetOldest(): void
  forgetAll(): void
}

export interface FigureCacheOptions {
  /** The shard has no windows yet, so what is not held does not exist. */
  readonly isNew: boolean
  /** Windows cached at most, 56 bytes each: by default 22 MB, 3,000 patterns that were used in every window. */
  readonly maxWindows?: number
}

const empty = (firstSeen: number, isWhole: boolean): PatternFigures => ({
  firstSeen,
  position: 0,
  isWhole,
  hour: emptyFigures(),
  day: emptyFigures(),
  week: emptyFigures(),
})

const everything: Horizon = {
  hour: Number.NEGATIVE_INFINITY,
  day: Number.NEGATIVE_INFINITY,
  week: Number.NEGATIVE_INFINITY,
}

export const createFigureCache = ({ isNew, maxWindows = 400_000 }: FigureCacheOptions): FigureCache => {
  const patterns = new Map<string, PatternFigures>()
  let isComplete = isNew
  let horizon: Horizon = everything
  /** Numbers that there is room for in all of them. */
  let room = 0
  const maxRoom = maxWindows * figuresPerWindow

  const keepRecent = (patternId: string, pattern: PatternFigures): void => {
    patterns.delete(patternId)
    patterns.set(patternId, pattern)
  }
  const forget = (patternId: string, pattern: PatternFigures): void => {
    patterns.delete(patternId)
    for (const granularity of granularities) room -= pattern[granularity].data.length
  }
  const put: FigureCache['put'] = (pattern, granularity, start, state) => {
    if (start < horizon[granularity]) return
    const figures = pattern[granularity]
    const before = figures.data.length
    putWindow(figures, start, state)
    room += figures.data.length - before
  }

  const forgetAll = (): void => {
    patterns.clear()
    room = 0
    isComplete = false
  }

  return {
    reach(needed) {
      if (granularities.some((granularity) => needed[granularity] < horizon[granularity])) {
        forgetAll()
        horizon = everything
      }
      const from = (granularity: Granularity): number =>
        Math.max(horizon[granularity], needed[granularity] - windowMs[granularity])
      horizon = { hour: from('hour'), day: from('day'), week: from('week') }
      return horizon
    },
    get(patternId) {
      const pattern = patterns.get(patternId)
      if (pattern?.isWhole !== true) return undefined
      for (const granularity of granularities) dropBefore(pattern[granularity], horizon[granularity])
      keepRecent(patternId, pattern)
      return pattern
    },
    expect(patternId) {
      if (!patterns.has(patternId)) patterns.set(patternId, empty(Number.POSITIVE_INFINITY, false))
    },
    fill({ patternId, firstSeen, windows }, loadedAt, position) {
      const pattern = patterns.get(patternId)
      if (pattern === undefined) return
      // What was flushed since is newer than what was read, unless the read saw a flush that was not taken in yet.
      const isNewer = loadedAt > position
      for (const granularity of granularities) {
        const figures = pattern[granularity]
        const before = figures.data.length
        reserve(figures, windows.filter((window) => window.granularity === granularity).length)
        room += figures.data.length - before
      }
      for (const { granularity, start, state } of windows) {
        if (isNewer || !hasWindow(pattern[granularity], start)) put(pattern, granularity, start, state)
      }
      pattern.firstSeen = Math.min(pattern.firstSeen, firstSeen)
      pattern.position = loadedAt
      pattern.isWhole = true
    },
    flushed(patternId, firstSeen) {
      let pattern = patterns.get(patternId)
      if (pattern === undefined) {
        if (!isComplete) return undefined
        pattern = empty(firstSeen, true)
        patterns.set(patternId, pattern)
      }
      pattern.firstSeen = Math.min(pattern.firstSeen, firstSeen)
      return pattern
    },
    put,
    forgetOldest() {
      for (const [patternId, pattern] of patterns) {
        if (room <= maxRoom) return
        if (!pattern.isWhole) continue
        isComplete = false
        forget(patternId, pattern)
      }
    },
    forgetAll,
  }
}
