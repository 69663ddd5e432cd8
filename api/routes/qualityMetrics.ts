import { createRoute, z } from '@hono/zod-openapi'
import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import { qualityFigures } from '@patterns/projections/derived/qualityFigures.ts'
import { confidence } from '@patterns/projections/derived/successRate.ts'
import { isoTime } from '../http/conventions/asOf.ts'
import { resolveSeries, type Series } from '../values/buckets.ts'
import { questionOf } from '../http/conventions/cursor.ts'
import { resolveListRange } from '../http/conventions/listRange.ts'
import { pageOf } from '../values/page.ts'
import {
  afterParameter,
  pageParameters,
  patternIdParameter,
  patternTypeParameter,
  rangeParameters,
  seriesParameters,
} from '../http/conventions/parameters.ts'
import { orRefuse, patternNotFound } from '../http/problems/problem.ts'
import { qualityColumns } from '../queries/columnSets.ts'
import { readPatternsWindows } from '../queries/readPatternsWindows.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'
import { standingsOf } from '../totals/rankedRates.ts'
import { averageQuality } from '../totals/sums.ts'
import { directionsOfPage, periodLine } from '../trends/periodTrend.ts'
import { mergeStates } from '../queries/windows/mergeRows.ts'
import { periodsOf } from '../queries/windows/periods.ts'
import { segmentsOfAll } from '@patterns/projections/segments.ts'
import { patternsOfType } from '../totals/patternsOfType.ts'
import { type ApiApp, notModified, patternProblems, type RouteParts } from './apiRoute.ts'
import { qualityOf } from './figureFields.ts'
import { type ListPlace, nextCursor, refuseOtherType } from './listPage.ts'
import { nameOf } from './patternFields.ts'
import { qualityMetricsSchema } from './qualityMetricsFields.ts'
import { measuredOf, noTrendOf } from './shortTrendFields.ts'
import { mostListPoints, mostPoints } from './pointLimits.ts'
import { seriesOf } from './seriesFields.ts'

const route = createRoute({
  method: 'get',
  path: '/quality-metrics',
  operationId: 'listQualityMetrics',
  tags: ['Analytics'],
  summary: 'How good the uses of patterns are, over time',
  description: 'Each pattern with its scores, their course, and where that goes; the highest mean first.',
  request: {
    query: z.strictObject({
      ...rangeParameters('30d'),
      ...seriesParameters,
      pattern_id: patternIdParameter,
      pattern_type: patternTypeParameter,
      min_quality: z
        .string()
        .regex(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/, 'must be a number from 0 to 1 with at most 6 decimals')
        .transform(Number)
        .default(0)
        .openapi({
          type: 'number',
          minimum: 0,
          maximum: 1,
          default: 0,
          description: 'Only patterns whose mean score is at least this.',
        }),
      ...pageParameters,
      ...afterParameter,
    }),
  },
  responses: {
    200: { description: 'The scores.', content: { 'application/json': { schema: qualityMetricsSchema } } },
    304: notModified,
    ...patternProblems,
  },
})

type Query = z.infer<typeof route.request.query>

export const routeQualityMetrics = (app: ApiApp, parts: RouteParts): void => {
  const describe = (id: string, entry: CatalogueEntry, rows: readonly WindowRow[], series: Series) => {
    const periods = periodsOf(rows, { series, firstSeen: entry.firstSeen, now: parts.clock() })
    const total = mergeStates(periods.map(({ state }) => state))
    const pattern = {
      ...nameOf(id, entry),
      ...qualityOf(qualityFigures(total.quality)),
      measurements: periods
        .filter(({ state }) => state.quality.count > 0)
        .map(({ bucket, state, status }) => ({
          timestamp: isoTime(bucket.from),
          quality_score: qualityFigures(state.quality).average!,
          confidence: confidence(state.quality.count),
          sample_size: state.quality.count,
          status,
        })),
    }
    return { pattern, line: periodLine('quality', periods) }
  }
  const withTrends = (described: readonly ReturnType<typeof describe>[], { granularity }: Series) => {
    const directions = directionsOfPage(described.map(({ line }) => line))
    return described.map(({ pattern, line }, i) => ({
      ...pattern,
      trend:
        line.status === 'measured'
          ? measuredOf('quality', line, directions[i]!, granularity)
          : noTrendOf(line),
    }))
  }
  const ofOne = async (patternId: string, { pattern_type, min_quality }: Query, series: Series) => {
    const segments = segmentsOfAll(series.buckets)
    const { vector, entry, windows } = await parts.patterns.one(patternId, {
      segments,
      columns: qualityColumns,
    })
    if (entry === undefined) throw patternNotFound(patternId)
    refuseOtherType(entry, pattern_type)
    const [pattern] = withTrends([describe(patternId, entry, windows, series)], series)
    const isListed = pattern!.quality_score !== null && pattern!.quality_score >= min_quality
    const patterns = isListed ? [pattern!] : []
    const body = { ...seriesOf(series), patterns, total_count: patterns.length, next_cursor: null }
    return { vector, body }
  }

  const ofMany = (query: Query, series: Series, { question, range, after }: ListPlace) =>
    parts.standings.view([series.range], async ({ vector, catalogue, sums, snapshot }) => {
      const patterns = patternsOfType(catalogue, query.pattern_type)
      const listed = standingsOf(patterns, sums(series.range)).filter(({ sums: own }) => {
        const average = averageQuality(own)
        return average !== null && average >= query.min_quality
      })
      const page = pageOf(listed, {
        valueOf: ({ sums: own }) => averageQuality(own),
        idOf: ({ id }) => id,
        descending: true,
        after,
        limit: query.limit,
      })
      // Entries may change in place while the windows are read; these are of the vector.
      const entries = page.items.map(({ id, entry }) => ({ id, entry: { ...entry } }))
      const ids = entries.map(({ id }) => id)
      const segments = segmentsOfAll(series.buckets)
      const rows = await readPatternsWindows(snapshot, ids, segments, qualityColumns)
      const body = {
        ...seriesOf(series),
        patterns: withTrends(
          entries.map(({ id, entry }) => describe(id, entry, rows.get(id) ?? [], series)),
          series,
        ),
        total_count: listed.length,
        next_cursor: nextCursor(page, question, range),
      }
      return { vector, body }
    })

  app.openapi(route, (context) => {
    const query = context.req.valid('query')
    const { pattern_id, pattern_type, min_quality, granularity, time_zone } = query
    const now = parts.clock()
    const question = questionOf(parts.logId(), 'quality-metrics', {
      pattern_id,
      pattern_type,
      min_quality,
      granularity,
      time_zone,
    })
    const { range, after } = resolveListRange(query, question, { now, defaultRange: '30d' })
    const limits = { now, mostPoints: pattern_id === undefined ? mostListPoints : mostPoints }
    const series = orRefuse(resolveSeries(range, query, limits))
    return parts.answers(context, {
      key: JSON.stringify(['quality-metrics', question, series.range, after, query.limit]),
      source: pattern_id === undefined ? parts.fromStandings : parts.fromDatabase,
      after: query.after,
      answer: () =>
        pattern_id === undefined
          ? ofMany(query, series, { question, range, after })
          : ofOne(pattern_id, query, series),
    })
  })
}
