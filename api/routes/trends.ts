import { createRoute } from '@hono/zod-openapi'
import { isoTime } from '../conventions/asOf.ts'
import { questionOf } from '../conventions/cursor.ts'
import type { PagePlace } from '../conventions/page.ts'
import { patternNotFound } from '../conventions/problem.ts'
import { previousRange } from '../conventions/range.ts'
import { orRefuse } from '../conventions/resolved.ts'
import { readPattern } from '../read/readPattern.ts'
import { closedSpans } from '../trends/closedSpans.ts'
import { createEmergenceTrends, granularityOfSpans, usageRange } from '../trends/emergenceTrends.ts'
import type { Spans } from '../trends/emergences.ts'
import { createMetricTrends } from '../trends/metricTrends.ts'
import { trendSegments, windowsInOrder } from '../trends/patternSeries.ts'
import { patternTrend } from '../trends/patternTrend.ts'
import { fewEnough, resolveTrendRange, type TrendRange } from '../trends/resolveTrendRange.ts'
import { trendColumnsOf } from '../trends/trendColumns.ts'
import { decodeTrendCursor, nextTrendCursor, resumeTrendRange } from '../trends/trendCursor.ts'
import {
  type EmergenceType,
  isEmergenceType,
  metricOfType,
  type MetricTrendType,
} from '../trends/trendTypes.ts'
import { type ApiApp, notModified, problemResponses, type RouteParts } from './apiRoute.ts'
import { nameOf } from './patternFields.ts'
import { mostListPoints, mostPoints } from './pointLimits.ts'
import { trendOf } from './trendFields.ts'
import { answerSchema, emergenceOf, trendOrNone } from './trendsAnswer.ts'
import { refuseMisplaced, type TrendsQuery, trendsQuery } from './trendsParameters.ts'

const route = createRoute({
  method: 'get',
  path: '/trends',
  summary: 'Which patterns get better or worse, take off or fall, and how sure that is',
  request: { query: trendsQuery },
  responses: {
    200: { description: 'The trends.', content: { 'application/json': { schema: answerSchema } } },
    304: notModified,
    ...problemResponses,
  },
})

/** Of emerging and declining patterns, where the request does not say. */
const defaultLimits = { emerging: 0.5, declining: 0.3, probability: 0.95, uses: 5 } as const

/** Which windows, and where in the list the page begins. */
interface ListedRange {
  readonly trendRange: TrendRange
  readonly after: PagePlace | undefined
}

/** Everything but limit, cursor, range and after. */
const questionOfQuery = ({
  time_range: _1,
  from: _2,
  to: _3,
  limit: _4,
  cursor: _5,
  after: _6,
  ...rest
}: TrendsQuery) => questionOf('trends', rest)

export const routeTrends = (app: ApiApp, parts: RouteParts): void => {
  const listMetricTrends = createMetricTrends(parts.standings)
  const listEmergence = createEmergenceTrends(parts.standings)

  const metricRange = (query: TrendsQuery, question: string): ListedRange => {
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

  const fieldsOf = (
    query: TrendsQuery,
    { range, granularity }: Pick<TrendRange, 'range' | 'granularity'>,
  ) => ({
    trend_type: query.trend_type,
    from: isoTime(range.from),
    to: isoTime(range.to),
    granularity,
  })

  const metricOfOne = async (query: TrendsQuery, type: MetricTrendType, id: string, range: TrendRange) => {
    const metric = metricOfType[type]
    const { vector, entry, windows } = await readPattern(
      parts.database,
      id,
      trendSegments(range),
      trendColumnsOf(metric),
    )
    if (entry === undefined) throw patternNotFound(id)
    const of = { firstSeen: entry.firstSeen, now: parts.clock() }
    const answer = trendOrNone(patternTrend(metric, windowsInOrder(windows), range, of), {
      withSeries: query.include === 'series',
    })
    const isListed =
      (query.pattern_type === undefined || entry.patternType?.value === query.pattern_type) &&
      (query.direction === undefined ||
        (answer.status === 'measured' && answer.direction === query.direction))
    const trends = isListed ? [{ ...nameOf(id, entry), trend_type: type, ...answer }] : []
    const body = {
      ...fieldsOf(query, range),
      trends,
      total_count: trends.length,
      insufficient_data_count: trends.filter(({ status }) => status === 'insufficient_data').length,
      next_cursor: null,
    }
    return { vector, body }
  }

  const metricOfMany = async (
    query: TrendsQuery,
    type: MetricTrendType,
    question: string,
    { trendRange, after }: ListedRange,
  ) => {
    const { vector, page, totalCount, insufficientCount } = await listMetricTrends({
      ...trendRange,
      metric: metricOfType[type],
      patternType: query.pattern_type,
      direction: query.direction,
      after,
      limit: query.limit,
      now: parts.clock(),
    })
    const withSeries = query.include === 'series'
    const body = {
      ...fieldsOf(query, trendRange),
      trends: page.items.map(({ id, entry, detail: { series, trend }, ...listed }) => {
        // The line that was listed and the trend are of the same windows.
        if (trend.status !== 'measured')
          throw new Error(`Pattern ${id} is listed with a trend it does not have`)
        return {
          ...nameOf(id, entry),
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

  const spansOf = (query: TrendsQuery, question: string): { spans: Spans; after: PagePlace | undefined } => {
    const now = parts.clock()
    if (query.cursor === undefined)
      return { spans: orRefuse(closedSpans(query, { now, defaultRange: '7d' })), after: undefined }
    const { range, after } = decodeTrendCursor(query.cursor, question, now)
    return { spans: { current: range, previous: previousRange(range) }, after }
  }

  const emergence = async (
    query: TrendsQuery,
    type: EmergenceType,
    question: string,
    { spans, after, granularity }: ReturnType<typeof spansOf> & Pick<TrendRange, 'granularity'>,
  ) => {
    const threshold = query.threshold ?? defaultLimits[type]
    const probability = query.min_probability ?? defaultLimits.probability
    const uses = query.min_uses ?? defaultLimits.uses
    const { vector, page, totalCount } = await listEmergence({
      type,
      spans,
      granularity,
      limits: { [type === 'emerging' ? 'growth' : 'decline']: threshold, probability, uses },
      patternId: query.pattern_id,
      patternType: query.pattern_type,
      after,
      limit: query.limit,
      now: parts.clock(),
    })
    const body = {
      ...fieldsOf(query, { range: spans.current, granularity }),
      previous_from: isoTime(spans.previous.from),
      thresholds: { threshold, min_probability: probability, min_uses: uses },
      trends: page.items.map((item) => emergenceOf(item, spans, query.include === 'series')),
      total_count: totalCount,
      next_cursor: nextTrendCursor(page.end, question, { range: spans.current, granularity }),
    }
    return { vector, body }
  }

  app.openapi(route, (context) => {
    const query = context.req.valid('query')
    refuseMisplaced(query)
    const question = questionOfQuery(query)
    const { trend_type: type, pattern_id: id, limit } = query
    if (isEmergenceType(type)) {
      const asked = spansOf(query, question)
      const granularity = query.granularity ?? granularityOfSpans(asked.spans)
      orRefuse(fewEnough(usageRange(asked.spans, granularity, parts.clock()), mostListPoints))
      return parts.answers(context, {
        key: JSON.stringify(['trends', question, asked.spans.current, asked.after, limit]),
        source: parts.fromStandings,
        after: query.after,
        answer: () => emergence(query, type, question, { ...asked, granularity }),
      })
    }
    const asked = metricRange(query, question)
    const key = JSON.stringify(['trends', question, asked.trendRange, asked.after, limit])
    if (id === undefined)
      return parts.answers(context, {
        key,
        source: parts.fromStandings,
        after: query.after,
        answer: () => metricOfMany(query, type, question, asked),
      })
    return parts.answers(context, {
      key,
      source: parts.fromDatabase,
      after: query.after,
      answer: () => metricOfOne(query, type, id, asked.trendRange),
    })
  })
}
