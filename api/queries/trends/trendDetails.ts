import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { Trend } from '@patterns/projections/analytics/trend.ts'
import { velocity } from '@patterns/projections/analytics/velocity.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { LRUCache } from 'lru-cache'
import { readPatternsWindows } from '../readPatternsWindows.ts'
import { type LineQuestion, windowsOf } from './lineQuestion.ts'
import { trendWindowRuns, windowsInOrder } from './patternSeries.ts'
import { type PatternTrend, patternTrend } from './patternTrends.ts'
import type { ListedLine } from './readTrendList.ts'
import { trendColumnsOf } from './trendColumns.ts'

const trendsPerTurn = 20

/** The windows of the same question so much later; stored lines may be of the next window already. */
const later = ({ range: { from, to }, now, ...question }: LineQuestion, ms: number): LineQuestion => ({
  ...question,
  range: { from: from + ms, to: to + ms },
  now: now + ms,
})

/** The figures of the line, even if a late event has changed the windows since: the list is ordered by them. */
const asListed = (
  trend: Trend,
  { start, line, direction }: ListedLine,
  { granularity }: LineQuestion,
): Trend => ({
  ...trend,
  ...line,
  start,
  velocity: velocity(line.slope, line.mean, granularity),
  confidence: 1 - line.p,
  direction,
})

/**
 * What was computed for a stored line holds for as long as the line does: until a late event or the next window. `position`
 * is that of the windows that it was computed from.
 */
const keyOf = (question: LineQuestion, { id, closedUntil, position, line }: ListedLine): string | undefined =>
  position === null
    ? undefined
    : [
        question.metric,
        question.granularity,
        windowsOf(question),
        id,
        closedUntil,
        position,
        line.slope,
        line.mean,
      ].join()

/** The trends of the patterns on a page, in their order: their lines, and what is computed from their windows. */
export type TrendDetails = (
  database: Queryable,
  question: LineQuestion,
  listed: readonly ListedLine[],
) => Promise<readonly PatternTrend[]>

/** Each takes some 0.3 ms of computing, and with 90 points about 4 KB. */
const maxCached = 4_000

export const createTrendDetails = (): TrendDetails => {
  const cache = new LRUCache<string, PatternTrend>({ max: maxCached })

  const compute = async (
    database: Queryable,
    question: LineQuestion,
    listed: readonly ListedLine[],
  ): Promise<ReadonlyMap<string, PatternTrend>> => {
    const { metric, granularity, range } = question
    const latest = Math.max(range.to, ...listed.map(({ closedUntil }) => closedUntil))
    const last = later(question, latest - range.to)
    const rows = await readPatternsWindows(
      database,
      listed.map(({ id }) => id),
      trendWindowRuns({ ...last, range: { from: range.from, to: latest } }, last.now),
      trendColumnsOf(metric),
    )
    const computed = new Map<string, PatternTrend>()
    for (const line of listed) {
      if (computed.size % trendsPerTurn === trendsPerTurn - 1) await yieldToEventLoop()
      const own = later(question, line.closedUntil - range.to)
      const windows = windowsInOrder(rows.get(line.id) ?? [], granularity)
      const trend = patternTrend(metric, windows, own, { firstSeen: line.firstSeen, now: own.now })
      computed.set(line.id, trend)
      const key = keyOf(question, line)
      if (key !== undefined) cache.set(key, trend)
    }
    return computed
  }

  return async (database, question, listed) => {
    const known = listed.map((line) => {
      const key = keyOf(question, line)
      return key === undefined ? undefined : cache.get(key)
    })
    const computed = await compute(
      database,
      question,
      listed.filter((_, i) => known[i] === undefined),
    )
    return listed.map((line, i) => {
      const { series, trend } = known[i] ?? computed.get(line.id)!
      return { series, trend: trend.status === 'measured' ? asListed(trend, line, question) : trend }
    })
  }
}
