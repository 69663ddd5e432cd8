import { isoTime } from '../http/conventions/asOf.ts'
import { orRefuse } from '../http/problems/problem.ts'
import type { PagePlace } from '../values/page.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { growthSpansOf } from '../values/growthSpans.ts'
import { previousRange, resolveRange } from '../values/range.ts'
import { refused } from '../values/resolved.ts'
import { createEmergenceTrends, granularityOfSpans, usageRange } from '../trends/emergenceTrends.ts'
import { fewEnough, type TrendRange } from '../trends/resolveTrendRange.ts'
import { decodeTrendCursor, nextTrendCursor } from './trendCursor.ts'
import type { EmergenceType } from '../trends/trendTypes.ts'
import type { RouteParts } from './apiRoute.ts'
import { mostListPoints } from './pointLimits.ts'
import { emergenceOf, trendRangeFields } from './trendsAnswer.ts'
import type { TrendsQuery } from './trendsParameters.ts'

/** Of emerging and declining patterns, where the request does not say. */
const defaultLimits = { emerging: 0.5, declining: 0.3, probability: 0.95, uses: 5 } as const

/** Which hours are compared, over which windows the usage is shown, and where in the list the page begins. */
export interface ListedSpans {
  readonly spans: GrowthSpans
  readonly granularity: TrendRange['granularity']
  readonly after: PagePlace | undefined
}

const closedSpans = (query: TrendsQuery, now: number): GrowthSpans => {
  const options = { now, defaultRange: '7d' }
  const spans = growthSpansOf(query, orRefuse(resolveRange(query, options)), options)
  return (
    spans ?? orRefuse(refused('from', 'no hour of this range has closed yet, which is an hour after its end'))
  )
}

/** Answers whose usage takes off or falls. */
export const createEmergenceAnswers = (parts: RouteParts) => {
  const listEmergence = createEmergenceTrends(parts.standings)

  const spansOf = (query: TrendsQuery, question: string): Omit<ListedSpans, 'granularity'> => {
    const now = parts.clock()
    if (query.cursor === undefined) return { spans: closedSpans(query, now), after: undefined }
    const { range, after } = decodeTrendCursor(query.cursor, question, now)
    return { spans: { current: range, previous: previousRange(range) }, after }
  }

  const resolve = (query: TrendsQuery, question: string): ListedSpans => {
    const asked = spansOf(query, question)
    const granularity = query.granularity ?? granularityOfSpans(asked.spans, mostListPoints)
    orRefuse(fewEnough(usageRange(asked.spans, granularity, parts.clock()), mostListPoints))
    return { ...asked, granularity }
  }

  const list = async (
    query: TrendsQuery,
    type: EmergenceType,
    question: string,
    { spans, after, granularity }: ListedSpans,
  ) => {
    const threshold = query.threshold ?? defaultLimits[type]
    const probability = query.min_probability ?? defaultLimits.probability
    const uses = query.min_samples ?? defaultLimits.uses
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
      ...trendRangeFields(type, { range: spans.current, granularity }, parts.clock()),
      previous_from: isoTime(spans.previous.from),
      thresholds: { threshold, min_probability: probability, min_samples: uses },
      trends: page.items.map((item) => emergenceOf(item, spans, query.include === 'series')),
      total_count: totalCount,
      next_cursor: nextTrendCursor(page.end, question, { range: spans.current, granularity }),
    }
    return { vector, body }
  }

  return { resolve, list }
}
