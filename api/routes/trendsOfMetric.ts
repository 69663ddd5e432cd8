import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { orRefuse, patternNotFound } from '../http/problems/problem.ts'
import type { RankedPlace } from '../values/page.ts'
import { asOfSnapshot } from '../queries/lists/listReads.ts'
import type { LineQuestion } from '../queries/trends/lineQuestion.ts'
import { trendWindowRuns, windowsInOrder } from '../queries/trends/patternSeries.ts'
import { patternTrend } from '../queries/trends/patternTrends.ts'
import { readTrendList } from '../queries/trends/readTrendList.ts'
import { trendColumnsOf } from '../queries/trends/trendColumns.ts'
import { createTrendDetails } from '../queries/trends/trendDetails.ts'
import { resolveTrendRange } from '../values/trendRange.ts'
import { nextTrendCursor, resumeTrendRange } from './trendCursor.ts'
import type { RouteDependencies } from './apiRoute.ts'
import { refuseOtherType } from './listPage.ts'
import { entryNameOf, nameOf } from './patternFields.ts'
import { maxListPoints, maxPoints } from './pointLimits.ts'
import { trendOrNone, trendRangeFields } from './trendsAnswer.ts'
import type { TrendsQuery } from './trendsParameters.ts'

/** Which lines are asked for, and where in the list the page begins. */
export interface MetricAsked {
  readonly question: LineQuestion
  readonly after: RankedPlace | undefined
}

/** Answers where a metric goes: of one pattern from its windows, of all of them from their lines. */
export const createMetricAnswers = (dependencies: RouteDependencies) => {
  const detailsOf = createTrendDetails()

  const askedBy = (query: TrendsQuery, metric: Metric, asked: string): MetricAsked => {
    const now = query.pattern_id === undefined ? dependencies.trendTime() : dependencies.clock()
    const includeOpen = query.include_open ?? false
    if (query.cursor !== undefined) {
      const limits = { now, size: 3, includeOpen, maxPoints: maxListPoints }
      const { trendRange, after } = resumeTrendRange(query.cursor, asked, limits)
      return { question: { ...trendRange, metric, now }, after }
    }
    const options = {
      now,
      defaultRange: '30d',
      maxPoints: query.pattern_id === undefined ? maxListPoints : maxPoints,
    }
    return { question: { ...orRefuse(resolveTrendRange(query, options)), metric, now }, after: undefined }
  }

  const ofOne = async (query: TrendsQuery, id: string, question: LineQuestion) => {
    const { metric, granularity, now } = question
    const { vector, entry, windows } = await dependencies.patterns.one(id, {
      runs: trendWindowRuns(question, now),
      columns: trendColumnsOf(metric),
    })
    if (entry === undefined) throw patternNotFound(id)
    refuseOtherType(entry, query.pattern_type)
    const of = { firstSeen: entry.firstSeen, now }
    const answer = trendOrNone(patternTrend(metric, windowsInOrder(windows, granularity), question, of), {
      withSeries: query.include === 'series',
    })
    const isListed =
      query.direction === undefined || (answer.status === 'measured' && answer.direction === query.direction)
    const trends = isListed ? [{ ...entryNameOf(id, entry), trend_type: metric, ...answer }] : []
    const body = {
      ...trendRangeFields(metric, question, now),
      trends,
      total_count: trends.length,
      insufficient_data_count: trends.filter(({ status }) => status === 'insufficient_data').length,
      next_cursor: null,
    }
    return { vector, body }
  }

  const ofMany = (query: TrendsQuery, asked: string, { question, after }: MetricAsked) => {
    const { pattern_type: patternType, direction, limit } = query
    const withSeries = query.include === 'series'
    return dependencies.lines.read({ ...question, patternType }, async (lines) => {
      const { page, measured, insufficient } = await readTrendList(lines, {
        patternType,
        direction,
        after,
        limit,
      })
      const details = await detailsOf(lines.database, question, page.items)
      const body = {
        ...trendRangeFields(question.metric, question, question.now),
        trends: page.items.map((listed, i) => ({
          ...nameOf(listed),
          trend_type: question.metric,
          ...trendOrNone(details[i]!, { listed, withSeries }),
        })),
        total_count: measured,
        insufficient_data_count: insufficient,
        next_cursor: nextTrendCursor(page.end, asked, question),
      }
      return { ...asOfSnapshot(lines), body }
    })
  }

  return { askedBy, ofOne, ofMany }
}
