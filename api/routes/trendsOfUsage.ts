import { emergence, type EmergenceLimits } from '@patterns/projections/analytics/emergence.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { isoTime } from '../http/conventions/asOf.ts'
import { orRefuse, patternNotFound } from '../http/problems/problem.ts'
import { asOfSnapshot } from '../queries/lists/listReads.ts'
import { trendAndGrowthWindowRuns } from '../queries/trends/patternTrends.ts'
import type { LineQuestion } from '../queries/trends/lineQuestion.ts'
import { windowsInOrder } from '../queries/trends/patternSeries.ts'
import { patternTrend } from '../queries/trends/patternTrends.ts'
import { type ListedEmergence, readEmergences } from '../queries/trends/readEmergences.ts'
import { trendColumnsOf } from '../queries/trends/trendColumns.ts'
import { granularityOfSpans, summedFor, usageRange } from '../queries/trends/usageSpans.ts'
import { usesIn } from '../queries/windows/mergeRows.ts'
import { growthSpansOf } from '../values/growthSpans.ts'
import type { RankedPlace } from '../values/page.ts'
import { previousRange, resolveRange } from '../values/range.ts'
import { refused } from '../values/resolved.ts'
import { fewEnough } from '../values/trendRange.ts'
import type { EmergenceType } from '../values/trendTypes.ts'
import type { RouteDependencies } from './apiRoute.ts'
import { refuseOtherType } from './listPage.ts'
import { namedEntry } from './patternFields.ts'
import { maxListPoints } from './pointLimits.ts'
import { decodeTrendCursor, nextTrendCursor } from './trendCursor.ts'
import { emergenceOf, trendRangeFields } from './trendsAnswer.ts'
import type { TrendsQuery } from './trendsParameters.ts'

/** What counts as emerging and declining, if the request does not say. */
const defaultLimits = { emerging: 0.5, declining: 0.3, probability: 0.95, uses: 5 } as const

/** Which hours are compared, over which windows the usage is shown, and where in the list the page begins. */
export interface EmergenceAsked {
  readonly spans: GrowthSpans
  readonly usage: LineQuestion
  readonly after: RankedPlace | undefined
}

const closedSpans = (query: TrendsQuery, now: number): GrowthSpans => {
  const options = { now, defaultRange: '7d' }
  const spans = growthSpansOf(query, orRefuse(resolveRange(query, options)), options)
  return (
    spans ?? orRefuse(refused('from', 'no hour of this range has closed yet, which is an hour after its end'))
  )
}

const thresholdsOf = (query: TrendsQuery, type: EmergenceType) => ({
  threshold: query.threshold ?? defaultLimits[type],
  min_probability: query.min_probability ?? defaultLimits.probability,
  min_samples: query.min_samples ?? defaultLimits.uses,
})

/** The limits that differ from the defaults: the standings hold the verdicts by the defaults. */
const limitsOf = (query: TrendsQuery, type: EmergenceType): EmergenceLimits => {
  const { threshold, min_probability, min_samples } = thresholdsOf(query, type)
  return {
    ...(threshold === defaultLimits[type] ? {} : { [type === 'emerging' ? 'growth' : 'decline']: threshold }),
    ...(min_probability === defaultLimits.probability ? {} : { probability: min_probability }),
    ...(min_samples === defaultLimits.uses ? {} : { uses: min_samples }),
  }
}

/** Answers which patterns' usage takes off or falls. */
export const createEmergenceAnswers = (dependencies: RouteDependencies) => {
  const placeOf = (query: TrendsQuery, question: string, now: number): Omit<EmergenceAsked, 'usage'> => {
    if (query.cursor === undefined) return { spans: closedSpans(query, now), after: undefined }
    const { range, after } = decodeTrendCursor(query.cursor, question, { now, size: 3 })
    return { spans: { current: range, previous: previousRange(range) }, after }
  }

  const askedBy = (query: TrendsQuery, question: string): EmergenceAsked => {
    const now = query.pattern_id === undefined ? dependencies.listTime() : dependencies.clock()
    const asked = placeOf(query, question, now)
    const granularity = query.granularity ?? granularityOfSpans(asked.spans, maxListPoints)
    const range = orRefuse(fewEnough(usageRange(asked.spans, granularity, now), maxListPoints))
    return { ...asked, usage: { ...range, metric: 'usage', now } }
  }

  const bodyOf = (
    query: TrendsQuery,
    type: EmergenceType,
    { spans, usage: { granularity, now } }: EmergenceAsked,
    trends: readonly ListedEmergence[],
  ) => ({
    ...trendRangeFields(type, { range: spans.current, granularity }, now),
    previous_from: isoTime(spans.previous.from),
    thresholds: thresholdsOf(query, type),
    trends: trends.map((item) => emergenceOf(item, spans, query.include === 'series')),
  })

  /** One pattern, whether its usage changed or not. */
  const ofOne = async (query: TrendsQuery, type: EmergenceType, id: string, asked: EmergenceAsked) => {
    const { spans, usage } = asked
    const { vector, entry, windows } = await dependencies.patterns.one(id, {
      runs: trendAndGrowthWindowRuns(usage, spans),
      columns: trendColumnsOf('usage'),
    })
    if (entry === undefined) throw patternNotFound(id)
    refuseOtherType(entry, query.pattern_type)
    const firstSeen = entry.firstSeen!
    const change = {
      current: usesIn(windows, spans.current),
      previous: usesIn(windows, spans.previous),
      isNew: firstSeen >= spans.current.from,
    }
    const ofUsage = windows.filter(({ start }) => start >= usage.range.from && start < usage.range.to)
    const inOrder = windowsInOrder(ofUsage, usage.granularity)
    const pattern = {
      ...namedEntry(id, entry),
      firstSeen,
      verdict: emergence(change, limitsOf(query, type)),
      usage: patternTrend('usage', inOrder, usage, { firstSeen, now: usage.now }),
      listed: undefined,
    }
    const body = { ...bodyOf(query, type, asked, [pattern]), total_count: 1, next_cursor: null }
    return { vector, body }
  }

  const ofMany = (query: TrendsQuery, type: EmergenceType, question: string, asked: EmergenceAsked) =>
    dependencies.lists.read({ ...summedFor(asked.spans), verdicts: limitsOf(query, type) }, async (list) => {
      const { page, patterns } = await readEmergences(list, {
        ...asked,
        type,
        patternType: query.pattern_type,
        limit: query.limit,
      })
      const body = {
        ...bodyOf(query, type, asked, page.items),
        total_count: patterns,
        next_cursor: nextTrendCursor(page.end, question, {
          range: asked.spans.current,
          granularity: asked.usage.granularity,
        }),
      }
      return { ...asOfSnapshot(list), body }
    })

  return { askedBy, ofOne, ofMany }
}
