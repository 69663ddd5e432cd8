import { createRoute, z } from '@hono/zod-openapi'
import { qualityFigures } from '@patterns/projections/derived/qualityFigures.ts'
import { confidence } from '@patterns/projections/derived/successRate.ts'
import { isoTime } from '../http/conventions/asOf.ts'
import { resolveSeries, type Series } from '../values/buckets.ts'
import { questionOf } from '../http/conventions/cursor.ts'
import { resolveListRange } from '../http/conventions/listRange.ts'
import type { PagePlace } from '../values/page.ts'
import type { Range } from '../values/range.ts'
import { readVector } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import { readQualityList, type ScoredPattern } from '../queries/lists/readQualityList.ts'
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
import { directionsOfPage, periodLine } from '../trends/periodTrend.ts'
import { mergeRows } from '../queries/windows/mergeRows.ts'
import { periodsOf } from '../queries/windows/periods.ts'
import { type Segment, segmentsBetween } from '@patterns/projections/segments.ts'
import { type ApiApp, notModified, patternProblems, type RouteParts } from './apiRoute.ts'
import { qualityOf } from './figureFields.ts'
import { nextCursor, refuseOtherType } from './listPage.ts'
import { namedEntry, nameOf } from './patternFields.ts'
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

/** Over which times scores are listed, and where in the list the page begins. */
interface QualityList {
  /** What the figures are of; the series is of the whole windows that touch it. */
  readonly range: Range
  readonly series: Series
  readonly after: PagePlace | undefined
}

const segmentsIn = ({ range, series }: QualityList): readonly Segment[] =>
  segmentsBetween([range, ...series.buckets].flatMap(({ from, to }) => [from, to]))

export const routeQualityMetrics = (app: ApiApp, parts: RouteParts): void => {
  const describe = (
    { firstSeen, ...pattern }: ScoredPattern,
    rows: readonly WindowRow[],
    { range, series }: QualityList,
  ) => {
    const inRange = rows.filter(({ start }) => start >= range.from && start < range.to)
    const quality = qualityFigures(mergeRows(inRange).quality)
    const inSeries = rows.filter(({ start }) => start >= series.range.from)
    const periods = periodsOf(inSeries, { series, firstSeen, now: parts.clock() })
    const described = {
      ...nameOf(pattern),
      ...qualityOf(quality),
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
    return { pattern: described, line: periodLine('quality', periods) }
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
  const ofOne = async (id: string, { pattern_type, min_quality }: Query, asked: QualityList) => {
    const { vector, entry, windows } = await parts.patterns.one(id, {
      segments: segmentsIn(asked),
      columns: qualityColumns,
    })
    if (entry === undefined) throw patternNotFound(id)
    refuseOtherType(entry, pattern_type)
    const named = { ...namedEntry(id, entry), firstSeen: entry.firstSeen! }
    const [pattern] = withTrends([describe(named, windows, asked)], asked.series)
    const isListed = pattern!.quality_score !== null && pattern!.quality_score >= min_quality
    const patterns = isListed ? [pattern!] : []
    const body = {
      ...seriesOf(asked.series, asked.range),
      patterns,
      total_count: patterns.length,
      next_cursor: null,
    }
    return { vector, body }
  }

  const ofMany = (query: Query, asked: QualityList, question: string) =>
    parts.lists.read(asked, async (list) => {
      const { page, patterns } = await readQualityList(list, {
        patternType: query.pattern_type,
        minQuality: query.min_quality,
        after: asked.after,
        limit: query.limit,
      })
      const ids = page.items.map(({ id }) => id)
      const rows = await readPatternsWindows(list.database, ids, segmentsIn(asked), qualityColumns)
      const described = page.items.map((pattern) => describe(pattern, rows.get(pattern.id) ?? [], asked))
      const body = {
        ...seriesOf(asked.series, asked.range),
        patterns: withTrends(described, asked.series),
        total_count: patterns,
        next_cursor: nextCursor(page, question, asked.range),
      }
      // Their order is that of the standings; the figures are of the windows, which this snapshot has a little newer.
      const vector = await readVector(list.database, servedProjections.windows)
      return { vector, text: list.text, body }
    })

  app.openapi(route, (context) => {
    const query = context.req.valid('query')
    const { pattern_id, pattern_type, min_quality, granularity, time_zone } = query
    const now = pattern_id === undefined ? parts.listTime() : parts.clock()
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
    const asked = { range, series, after }
    return parts.answers(context, {
      key: JSON.stringify(['quality-metrics', question, range, after, query.limit]),
      source: pattern_id === undefined ? parts.listSource({ range }) : parts.fromDatabase,
      after: query.after,
      answer: () =>
        pattern_id === undefined ? ofMany(query, asked, question) : ofOne(pattern_id, query, asked),
    })
  })
}
