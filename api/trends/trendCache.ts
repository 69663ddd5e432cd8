import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { LRUCache } from 'lru-cache'
import { type LineQuestion, lineQuestionText } from './lineQuestion.ts'
import type { PatternTrend } from './patternTrend.ts'

/**
 * The trends behind the lines of a list's pages: some 0.3 ms of computing each. They belong to one very line:
 * where that was fitted again, they are too.
 */
export interface TrendCache {
  get(question: LineQuestion, id: string, line: TrendLine | InsufficientData): PatternTrend | undefined
  set(question: LineQuestion, id: string, line: TrendLine | InsufficientData, trend: PatternTrend): void
}

/** With 90 points, each takes about 4 KB. */
const mostTrends = 4_000

export const createTrendCache = (): TrendCache => {
  const kept = new LRUCache<
    string,
    { readonly line: TrendLine | InsufficientData; readonly trend: PatternTrend }
  >({ max: mostTrends })
  const keyOf = (question: LineQuestion, id: string): string => `${lineQuestionText(question)}/${id}`
  return {
    get(question, id, line) {
      const known = kept.get(keyOf(question, id))
      return known?.line === line ? known.trend : undefined
    },
    set(question, id, line, trend) {
      kept.set(keyOf(question, id), { line, trend })
    },
  }
}
