import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { Trend } from '@patterns/projections/analytics/trend.ts'
import { velocity } from '@patterns/projections/analytics/velocity.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { readPatternsWindows } from '../readPatternsWindows.ts'
import type { LineQuestion } from './lineQuestion.ts'
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

/** All that is said of the patterns on a page, in their order: their lines, and what only their windows tell. */
export const readTrendDetails = async (
  database: Queryable,
  question: LineQuestion,
  listed: readonly ListedLine[],
): Promise<readonly PatternTrend[]> => {
  const { metric, granularity, range } = question
  const latest = Math.max(range.to, ...listed.map(({ closedUntil }) => closedUntil))
  const last = later(question, latest - range.to)
  const rows = await readPatternsWindows(
    database,
    listed.map(({ id }) => id),
    trendWindowRuns({ ...last, range: { from: range.from, to: latest } }, last.now),
    trendColumnsOf(metric),
  )
  const details: PatternTrend[] = []
  for (const line of listed) {
    if (details.length % trendsPerTurn === trendsPerTurn - 1) await yieldToEventLoop()
    const own = later(question, line.closedUntil - range.to)
    const { series, trend } = patternTrend(
      metric,
      windowsInOrder(rows.get(line.id) ?? [], granularity),
      own,
      {
        firstSeen: line.firstSeen,
        now: own.now,
      },
    )
    details.push({ series, trend: trend.status === 'measured' ? asListed(trend, line, question) : trend })
  }
  return details
}
