import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import { windowMs } from '@patterns/projections/window.ts'
import type { Vector } from '@patterns/read-model/vector.ts'
import type { WindowRun } from '@patterns/projections/windowRuns.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { TooBusyError } from './queryErrors.ts'
import { type PatternsRead, readPatterns, type WindowsAsked } from './readPatterns.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'

export interface PatternRead {
  readonly vector: Vector
  /** `undefined` if no event of the pattern was ever seen. */
  readonly entry: CatalogueEntry | undefined
  readonly windows: readonly WindowRow[]
  /** The windows of trends, if they were asked for. */
  readonly trendWindows: readonly WindowRow[]
}

/**
 * Reads single patterns. While a few statements are under way, requests wait and are then sent as one statement: most of
 * a small read is its round trip, so each costs less the busier it is.
 */
export interface PatternReads {
  /**
   * Some patterns' catalogue entries and windows, and the vector, of one moment. The rows are the caller's own.
   * @throws TooBusyError if more statements wait than can be answered in a while
   */
  some(patternIds: readonly string[], asked: PatternsAsked): Promise<PatternsRead>
  /** The same of one pattern. */
  one(patternId: string, asked: PatternsAsked): Promise<PatternRead>
}

export interface PatternsAsked extends WindowsAsked {
  /** The windows of trends as well, of which other columns are needed. */
  readonly trendWindows?: WindowsAsked
}

export interface PatternReadsOptions {
  readonly database: Queryable
  /** Statements under way at a time. */
  readonly maxStatements?: number
  /** Patterns in one statement, unless a single caller asks for more. */
  readonly maxTogether?: number
  /** Statements that may wait for their turn. */
  readonly maxWaiting?: number
}

interface Group {
  /** What is asked, as text. */
  readonly asked: string
  readonly ids: Set<string>
  readonly read: Promise<PatternsRead>
  readonly start: () => Promise<void>
}

/** Rows that one statement may find: more would hold up all other requests. */
const maxRows = 40_000

/** How many windows each pattern can have in these runs. */
const countWindows = (runs: readonly WindowRun[]): number =>
  runs.reduce((sum, { granularity, start, end }) => sum + (end - start) / windowMs[granularity], 0)

const textOf = ({ runs, columns, trendWindows }: PatternsAsked): string =>
  JSON.stringify([columns.name, runs, trendWindows?.columns.name, trendWindows?.runs])

export const createPatternReads = ({
  database,
  maxStatements = 2,
  maxTogether = 64,
  maxWaiting = 16,
}: PatternReadsOptions): PatternReads => {
  const waiting: Group[] = []
  let underWay = 0

  const open = ({ trendWindows, ...windows }: PatternsAsked, asked: string): Group => {
    const { promise, resolve } = Promise.withResolvers<PatternsRead>()
    const ids = new Set<string>()
    return {
      asked,
      ids,
      read: promise,
      async start() {
        const reading = readPatterns(database, [...ids], windows, trendWindows)
        resolve(reading)
        await reading.catch(() => {})
      },
    }
  }

  const startWaiting = (): void => {
    while (underWay < maxStatements) {
      const next = waiting.shift()
      if (next === undefined) return
      underWay++
      void next.start().then(() => {
        underWay--
        startWaiting()
      })
    }
  }

  const some: PatternReads['some'] = async (patternIds, asked) => {
    const text = textOf(asked)
    const windows = countWindows([...asked.runs, ...(asked.trendWindows?.runs ?? [])])
    const room = Math.min(maxTogether, maxRows / windows)
    let group = waiting.find(
      (other) =>
        other.asked === text &&
        other.ids.size + patternIds.length <= room &&
        // The caller merges rows in place, so two callers must not get the same ones.
        !patternIds.some((id) => other.ids.has(id)),
    )
    if (group === undefined) {
      if (waiting.length >= maxWaiting)
        throw new TooBusyError('Too many requests wait for the database right now. Try again in a moment.')
      group = open(asked, text)
      waiting.push(group)
    }
    for (const id of patternIds) group.ids.add(id)
    const { read } = group
    startWaiting()
    return read
  }

  return {
    some,
    async one(patternId, asked) {
      const { vector, entries, windows, trendWindows } = await some([patternId], asked)
      return {
        vector,
        entry: entries.get(patternId),
        windows: windows.get(patternId) ?? [],
        trendWindows: trendWindows.get(patternId) ?? [],
      }
    },
  }
}
