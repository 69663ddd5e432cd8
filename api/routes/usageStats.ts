import { createRoute, z } from '@hono/zod-openapi'
import { isoTime, isoTimeOrNull } from '../http/conventions/asOf.ts'
import type { BucketedRange } from '../values/buckets.ts'
import { questionOf } from '../http/conventions/cursor.ts'
import {
  afterParameter,
  pageParameters,
  patternIdParameter,
  patternTypeParameter,
  rangeParameters,
  seriesParameters,
} from '../http/conventions/parameters.ts'
import { patternNotFound } from '../http/problems/problem.ts'
import { asOfSnapshot } from '../queries/lists/listReads.ts'
import { readUsage, type UsedPattern } from '../queries/lists/readUsage.ts'
import { usageColumns } from '../queries/columnSets.ts'
import { readPatternsWindows } from '../queries/readPatternsWindows.ts'
import { readTotals } from '../queries/readTotals.ts'
import { readTypeTotals } from '../queries/readTypeTotals.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'
import { usesIn } from '../queries/windows/mergeRows.ts'
import { periodsOf } from '../queries/windows/periods.ts'
import { windowRunsBetween, windowRunsOfAll } from '@patterns/projections/windowRuns.ts'
import { type ApiApp, notModified, patternProblems, type RouteDependencies } from './apiRoute.ts'
import { refuseOtherType, sortParameter } from './listPage.ts'
import { growthOf, usageOf } from './growthFields.ts'
import { namedEntry, nameOf } from './patternFields.ts'
import { maxListPoints, maxPoints } from './pointLimits.ts'
import { seriesOf } from './seriesFields.ts'
import { usageStatsSchema } from './usageFields.ts'
import { nextUsageCursor, usageListFrom, type UsageList } from './usageList.ts'

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

export const routeUsageStats = (app: ApiApp, dependencies: RouteDependencies): void => {
  const periods = (rows: readonly WindowRow[], series: BucketedRange, firstSeen: number | null) =>
    periodsOf(rows, { series, firstSeen, now: dependencies.clock() }).map(({ bucket, state, status }) => ({
      period_start: isoTime(bucket.from),
      period_end: isoTime(bucket.to),
      usage_count: state.outcomes.uses,
      status,
    }))
  const describe = (used: UsedPattern, rows: readonly WindowRow[], series: BucketedRange) => ({
    ...nameOf(used),
    ...usageOf(used),
    last_used: isoTimeOrNull(used.lastUsed),
    periods: periods(rows, series, used.firstSeen),
  })
  const ofOne = async (patternId: string, { pattern_type }: Query, { range, series, growth }: UsageList) => {
    const spans = growth === undefined ? [] : [growth.previous, growth.current]
    const runs = windowRunsBetween([range, ...spans, ...series.buckets].flatMap(({ from, to }) => [from, to]))
    const { vector, entry, windows } = await dependencies.patterns.one(patternId, {
      runs,
      columns: usageColumns,
    })
    if (entry === undefined) throw patternNotFound(patternId)
    refuseOtherType(entry, pattern_type)
    const inSeries = windows.filter(({ start }) => start >= series.range.from && start < series.range.to)
    const used = {
      ...namedEntry(patternId, entry),
      firstSeen: entry.firstSeen!,
      lastUsed: entry.lastUsed,
      uses: usesIn(windows, range),
      closedUses: usesIn(windows, growth?.current),
      previousUses: usesIn(windows, growth?.previous),
    }
    const pattern = describe(used, inSeries, series)
    const listed = used.uses > 0 || used.closedUses > 0 || used.previousUses > 0 ? [pattern] : []
    const body = {
      ...seriesOf(series, range),
      growth: growthOf(growth),
      patterns: listed,
      total_count: listed.length,
      next_cursor: null,
      totals: { ...usageOf(used), periods: pattern.periods },
      popular_patterns: used.uses > 0 ? [{ ...nameOf(used), ...usageOf(used) }] : [],
    }
    return { vector, body }
  }

  const ofMany = (query: Query, question: string, { range, series, growth, after }: UsageList) =>
    dependencies.lists.read({ range, growth }, async (list) => {
      const { pattern_type, sort, limit } = query
      const usage = await readUsage(list, { patternType: pattern_type, sort, after, limit })
      const { page, total } = usage
      const runs = windowRunsOfAll(series.buckets)
      const ids = page.items.map(({ id }) => id)
      const rows = await readPatternsWindows(list.database, ids, runs, usageColumns)
      const totals = await (pattern_type === undefined
        ? readTotals(list.database, runs, usageColumns)
        : readTypeTotals(list.database, pattern_type, runs, usageColumns))
      const body = {
        ...seriesOf(series, range),
        growth: growthOf(growth),
        patterns: page.items.map((used) => describe(used, rows.get(used.id) ?? [], series)),
        total_count: usage.patterns,
        next_cursor: nextUsageCursor(page.end, question, { range, growth }),
        totals: { ...usageOf(total), periods: periods(totals.windows, series, usage.firstSeen) },
        popular_patterns: usage.popular.map((used) => ({ ...nameOf(used), ...usageOf(used) })),
      }
      return { ...asOfSnapshot(list), body }
    })

  app.openapi(route, (context) => {
    const query = context.req.valid('query')
    const { pattern_id, pattern_type, granularity, time_zone, sort } = query
    const question = questionOf(dependencies.logId(), 'usage-stats', {
      pattern_id,
      pattern_type,
      granularity,
      time_zone,
      sort,
    })
    const list = usageListFrom(query, question, {
      now: pattern_id === undefined ? dependencies.listTime() : dependencies.clock(),
      defaultRange: '30d',
      maxPoints: pattern_id === undefined ? maxListPoints : maxPoints,
    })
    return dependencies.answers(context, {
      key: JSON.stringify([
        'usage-stats',
        question,
        list.range,
        list.growth?.current,
        list.after,
        query.limit,
      ]),
      source: pattern_id === undefined ? dependencies.listSource(list) : dependencies.fromDatabase,
      after: query.after,
      answer: () =>
        pattern_id === undefined ? ofMany(query, question, list) : ofOne(pattern_id, query, list),
    })
  })
}
