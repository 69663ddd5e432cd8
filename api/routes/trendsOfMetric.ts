import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { orRefuse, patternNotFound } from '../http/problems/problem.ts'
import type { PagePlace } from '../values/page.ts'
import { createMetricTrends } from '../trends/metricTrends.ts'
import { trendSegments, windowsInOrder } from '../trends/patternSeries.ts'
import { patternTrend } from '../trends/patternTrend.ts'
import { resolveTrendRange, type TrendRange } from '../trends/resolveTrendRange.ts'
import { trendColumnsOf } from '../trends/trendColumns.ts'
import { nextTrendCursor, resumeTrendRange } from './trendCursor.ts'
import type { RouteParts } from './apiRoute.ts'
import { refuseOtherType } from './listPage.ts'
import { entryNameOf } from './patternFields.ts'
import { mostListPoints, mostPoints } from './pointLimits.ts'
import { trendOf } from './trendFields.ts'
import { trendOrNone, trendRangeFields } from './trendsAnswer.ts'
import type { TrendsQuery } from './trendsParameters.ts'

/** Which windows, and where in the list the page begins. */
export interface ListedRange {
  readonly trendRange: TrendRange
  readonly after: PagePlace | undefined
}

/** Answers where a metric goes: of one pattern from its windows, of all of them from their lines. */
export const createMetricAnswers = (parts: RouteParts) => {
  const listMetricTrends = createMetricTrends(parts.standings)

  const resolve = (query: TrendsQuery, question: string): ListedRange => {
    const now = parts.clock()
    const includeOpen = query.include_open ?? false
    if (query.cursor !== undefined)
      return resumeTrendRange(query.cursor, question, { now, includeOpen, mostPoints: mostListPoints })
    const options = {
      now,
      defaultRange: '30d',
      mostPoints: query.pattern_id === undefined ? mostListPoints : mostPoints,
    }
    return { trendRange: orRefuse(resolveTrendRange(query, options)), after: undefined }
  }

  const ofOne = async (query: TrendsQuery, type: Metric, id: string, range: TrendRange) => {
    const { vector, entry, windows } = await parts.patterns.one(id, {
      segments: trendSegments(range, parts.clock()),
      columns: trendColumnsOf(type),
    })
    if (entry === undefined) throw patternNotFound(id)
    refuseOtherType(entry, query.pattern_type)
    const of = { firstSeen: entry.firstSeen, now: parts.clock() }
    const answer = trendOrNone(patternTrend(type, windowsInOrder(windows, range.granularity), range, of), {
      withSeries: query.include === 'series',
    })
    const isListed =
      query.direction === undefined || (answer.status === 'measured' && answer.direction === query.direction)
    const trends = isListed ? [{ ...entryNameOf(id, entry), trend_type: type, ...answer }] : []
    const body = {
      ...trendRangeFields(type, range, parts.clock()),
      trends,
      total_count: trends.length,
      insufficient_data_count: trends.filter(({ status }) => status === 'insufficient_data').length,
      next_cursor: null,
    }
    return { vector, body }
  }

  const ofMany = async (
    query: TrendsQuery,
    type: Metric,
    question: string,
    { trendRange, after }: ListedRange,
  ) => {
    const { vector, page, totalCount, insufficientCount } = await listMetricTrends({
      ...trendRange,
      metric: type,
      patternType: query.pattern_type,
      direction: query.direction,
      after,
      limit: query.limit,
      now: parts.clock(),
    })
    const withSeries = query.include === 'series'
    const body = {
      ...trendRangeFields(type, trendRange, parts.clock()),
      trends: page.items.map(({ id, entry, detail: { series, trend }, ...listed }) => {
        // The line that was listed and the trend are of the same windows.
        if (trend.status !== 'measured')
          throw new Error(`Pattern ${id} is listed with a trend it does not have`)
        return {
          ...entryNameOf(id, entry),
          trend_type: type,
          ...trendOf({ series, trend }, { listed, withSeries }),
        }
      }),
      total_count: totalCount,
      insufficient_data_count: insufficientCount,
      next_cursor: nextTrendCursor(page.end, question, trendRange),
    }
    return { vector, body }
  }

  return { resolve, ofOne, ofMany }
}
