import { createRoute, z } from '@hono/zod-openapi'
import { growthRate } from '@patterns/projections/derived/growth.ts'
import { isoTime, isoTimeOrNull } from '../http/conventions/asOf.ts'
import type { Series } from '../values/buckets.ts'
import { questionOf } from '../http/conventions/cursor.ts'
import { pageOf, type SortValue } from '../values/page.ts'
import {
  afterParameter,
  pageParameters,
  patternIdParameter,
  patternTypeParameter,
  rangeParameters,
  seriesParameters,
} from '../http/conventions/parameters.ts'
import { patternNotFound } from '../http/problems/problem.ts'
import type { Range } from '../values/range.ts'
import { usageColumns } from '../queries/columnSets.ts'
import { readPatternsWindows } from '../queries/readPatternsWindows.ts'
import { readTotals } from '../queries/readTotals.ts'
import { readTypeTotals } from '../queries/readTypeTotals.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'
import { mergeRows } from '../queries/windows/mergeRows.ts'
import { periodsOf } from '../queries/windows/periods.ts'
import { segmentsBetween, segmentsOfAll } from '@patterns/projections/segments.ts'
import { patternsOfType } from '../totals/patternsOfType.ts'
import { type ApiApp, notModified, patternProblems, type RouteParts } from './apiRoute.ts'
import { refuseOtherType, sortParameter } from './listPage.ts'
import { growthOf, usageOf } from './growthFields.ts'
import { nameOf } from './patternFields.ts'
import { mostListPoints, mostPoints } from './pointLimits.ts'
import { seriesOf } from './seriesFields.ts'
import { usageStatsSchema } from './usageFields.ts'
import { nextUsageCursor, resolveUsageList, type UsageList } from './usageList.ts'
import { popularOf, type UsedPattern, usedPatterns, wasUsed } from './usedPatterns.ts'

const route = createRoute({
  method: 'get',
  path: '/usage-stats',
  operationId: 'listUsageStats',
  tags: ['Analytics'],
  summary: 'How often patterns are used, over time, and how that grew',
  description:
    'Each pattern with its uses, their course, and their growth against the time before, and the same of all together.',
  request: {
    query: z.strictObject({
      ...rangeParameters('30d'),
      ...seriesParameters,
      pattern_id: patternIdParameter,
      pattern_type: patternTypeParameter,
      sort: sortParameter(['usage_count', 'growth_rate', 'last_used', 'pattern_name'], '-usage_count'),
      ...pageParameters,
      ...afterParameter,
    }),
  },
  responses: {
    200: { description: 'The usage.', content: { 'application/json': { schema: usageStatsSchema } } },
    304: notModified,
    ...patternProblems,
  },
})

type Query = z.infer<typeof route.request.query>

const sortValues: Record<Query['sort']['field'], (used: UsedPattern) => SortValue> = {
  usage_count: ({ uses }) => uses,
  growth_rate: ({ closedUses, previousUses }) => growthRate(closedUses, previousUses),
  last_used: ({ entry }) => entry.lastUsed,
  pattern_name: ({ entry }) => entry.patternName?.value ?? null,
}

const sum = (used: readonly UsedPattern[], pick: (one: UsedPattern) => number): number =>
  used.reduce((total, one) => total + pick(one), 0)

export const routeUsageStats = (app: ApiApp, parts: RouteParts): void => {
  const periods = (rows: readonly WindowRow[], series: Series, firstSeen: number | null) =>
    periodsOf(rows, { series, firstSeen, now: parts.clock() }).map(({ bucket, state, status }) => ({
      period_start: isoTime(bucket.from),
      period_end: isoTime(bucket.to),
      usage_count: state.outcomes.uses,
      status,
    }))
  const describe = (used: UsedPattern, rows: readonly WindowRow[], series: Series) => ({
    ...nameOf(used.id, used.entry),
    ...usageOf(used),
    last_used: isoTimeOrNull(used.entry.lastUsed),
    periods: periods(rows, series, used.entry.firstSeen),
  })
  const ofOne = async (patternId: string, { pattern_type }: Query, { series, spans }: UsageList) => {
    const growth = spans === undefined ? [] : [spans.previous, spans.current]
    const segments = segmentsBetween([...growth, ...series.buckets].flatMap(({ from, to }) => [from, to]))
    const { vector, entry, windows } = await parts.patterns.one(patternId, {
      segments,
      columns: usageColumns,
    })
    if (entry === undefined) throw patternNotFound(patternId)
    refuseOtherType(entry, pattern_type)
    const rowsIn = (range: Range | undefined): readonly WindowRow[] =>
      range === undefined ? [] : windows.filter(({ start }) => start >= range.from && start < range.to)
    const usesIn = (range: Range | undefined): number => mergeRows(rowsIn(range)).outcomes.uses
    const used = {
      id: patternId,
      entry,
      uses: usesIn(series.range),
      closedUses: usesIn(spans?.current),
      previousUses: usesIn(spans?.previous),
    }
    const pattern = describe(used, rowsIn(series.range), series)
    const listed = wasUsed(used) ? [pattern] : []
    const body = {
      ...seriesOf(series),
      growth: growthOf(spans),
      patterns: listed,
      total_count: listed.length,
      next_cursor: null,
      totals: { ...usageOf(used), periods: pattern.periods },
      popular_patterns: popularOf([used]),
    }
    return { vector, body }
  }

  const ofMany = (query: Query, question: string, list: UsageList) => {
    const { series, spans } = list
    const ranges = spans === undefined ? [] : [spans.current, spans.previous]
    return parts.standings.view([series.range, ...ranges], async ({ vector, catalogue, sums, snapshot }) => {
      const { pattern_type, sort, limit } = query
      const patterns = patternsOfType(catalogue, pattern_type)
      const used = usedPatterns(patterns, {
        range: sums(series.range).values,
        growth: spans && { current: sums(spans.current).values, previous: sums(spans.previous).values },
      })
      const firstSeen = patterns.reduce((least, { entry }) => Math.min(least, entry.firstSeen!), Infinity)
      const page = pageOf(used, {
        valueOf: sortValues[sort.field],
        idOf: ({ id }) => id,
        descending: sort.descending,
        after: list.after,
        limit,
      })
      const segments = segmentsOfAll(series.buckets)
      const pageIds = page.items.map(({ id }) => id)
      const [rows, totals] = await Promise.all([
        readPatternsWindows(snapshot, pageIds, segments, usageColumns),
        pattern_type === undefined
          ? readTotals(snapshot, segments, usageColumns).then(({ windows }) => windows)
          : readTypeTotals(snapshot, pattern_type, segments, usageColumns).then(({ windows }) => windows),
      ])
      const body = {
        ...seriesOf(series),
        growth: growthOf(spans),
        patterns: page.items.map((one) => describe(one, rows.get(one.id) ?? [], series)),
        total_count: used.length,
        next_cursor: nextUsageCursor(page.end, question, list),
        totals: {
          ...usageOf({
            uses: sum(used, (one) => one.uses),
            closedUses: sum(used, (one) => one.closedUses),
            previousUses: sum(used, (one) => one.previousUses),
          }),
          periods: periods(totals, series, Number.isFinite(firstSeen) ? firstSeen : null),
        },
        popular_patterns: popularOf(used),
      }
      return { vector, body }
    })
  }

  app.openapi(route, (context) => {
    const query = context.req.valid('query')
    const { pattern_id, pattern_type, granularity, time_zone, sort } = query
    const question = questionOf(parts.logId(), 'usage-stats', {
      pattern_id,
      pattern_type,
      granularity,
      time_zone,
      sort,
    })
    const list = resolveUsageList(query, question, {
      now: parts.clock(),
      defaultRange: '30d',
      mostPoints: pattern_id === undefined ? mostListPoints : mostPoints,
    })
    return parts.answers(context, {
      key: JSON.stringify([
        'usage-stats',
        question,
        list.series.range,
        list.spans?.current,
        list.after,
        query.limit,
      ]),
      source: pattern_id === undefined ? parts.fromStandings : parts.fromDatabase,
      after: query.after,
      answer: () =>
        pattern_id === undefined ? ofMany(query, question, list) : ofOne(pattern_id, query, list),
    })
  })
}
