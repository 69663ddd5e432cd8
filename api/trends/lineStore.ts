import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { LRUCache } from 'lru-cache'
import { stepsBack, type Vector, vectorText } from '@patterns/read-model/vector.ts'
import type { StandingsView } from '../totals/standings.ts'
import { type LineQuestion, lineQuestionText } from './lineQuestion.ts'
import { readChangedPatterns } from './readChangedPatterns.ts'
import { readTrendLines, refitTrendLines, type TrendLines } from './readTrendLines.ts'

/** Lines as of the vector of a view: good until the next `await`, as they change in place. */
export interface KeptLines {
  readonly lines: ReadonlyMap<string, TrendLine | InsufficientData>
  /** Another number whenever a line has changed. */
  readonly version: number
}

/**
 * Keeps the lines that were asked for in memory. Closed windows change with late events only, so bringing
 * ten thousand lines to a new vector is mostly one question to the totals.
 */
export interface LineStore {
  /**
   * The lines as of the view. Undefined if another request has brought them further already: ask again with
   * a newer view, or with `isLast` have them read again for this one.
   */
  lines(
    view: Pick<StandingsView, 'vector' | 'snapshot'>,
    question: LineQuestion,
    isLast: boolean,
  ): Promise<KeptLines | undefined>
}

interface Entry {
  lines: TrendLines
  /** What the lines are as of; undefined before they were read. */
  vector: Vector | undefined
  version: number
  /** Those who want them wait for one another. */
  turn: Promise<unknown>
}

/** A line takes some 150 bytes: 1.5 MB for 10,000 patterns. */
const mostQuestions = 24

export const createLineStore = (): LineStore => {
  const entries = new LRUCache<string, Entry>({ max: mostQuestions })
  let versions = 0

  const bring = async (
    entry: Entry,
    { vector, snapshot }: Pick<StandingsView, 'vector' | 'snapshot'>,
    question: LineQuestion,
    isLast: boolean,
  ): Promise<KeptLines | undefined> => {
    const { vector: known } = entry
    if (known === undefined || (isLast && stepsBack(known, vector))) {
      entry.lines = await snapshot.lend((client) => readTrendLines(client, question))
      entry.version = ++versions
    } else if (stepsBack(known, vector)) return undefined
    else if (vectorText(known) !== vectorText(vector)) {
      const { changed, refitted } = await snapshot.lend(async (client) => {
        const patternIds = await readChangedPatterns(client, question, known)
        if (patternIds.length === 0) return { changed: [], refitted: [] }
        return { changed: patternIds, refitted: await refitTrendLines(client, question, patternIds) }
      })
      for (const patternId of changed) entry.lines.delete(patternId)
      for (const [patternId, line] of refitted) entry.lines.set(patternId, line)
      if (changed.length > 0) entry.version = ++versions
    }
    entry.vector = vector
    return { lines: entry.lines, version: entry.version }
  }

  return {
    lines(view, question, isLast) {
      const key = lineQuestionText(question)
      let entry = entries.get(key)
      if (entry === undefined) {
        entry = { lines: new Map(), vector: undefined, version: 0, turn: Promise.resolve() }
        entries.set(key, entry)
      }
      const mine = entry
      const turn = mine.turn.then(() => bring(mine, view, question, isLast))
      mine.turn = turn.catch(() => {})
      return turn
    },
  }
}
