import { createRoute, z } from '@hono/zod-openapi'
import { qualityAverage, qualityFigures } from '@patterns/projections/derived/qualityFigures.ts'
import { confidence } from '@patterns/projections/derived/successRate.ts'
import { isoTime } from '../http/conventions/asOf.ts'
import { questionOf } from '../http/conventions/cursor.ts'
import { readVector } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import {
  afterParameter,
  pageParameters,
  patternIdParameter,
  patternTypeParameter,
  rangeParameters,
  seriesParameters,
} from '../http/conventions/parameters.ts'
import { patternNotFound } from '../http/problems/problem.ts'
import { qualityColumns } from '../queries/columnSets.ts'
import { readPatternsWindows } from '../queries/readPatternsWindows.ts'
import { trendWindowRuns, windowsInOrder } from '../queries/trends/patternSeries.ts'
import { patternTrend } from '../queries/trends/patternTrends.ts'
import { readQualityList, type ScoredPattern } from '../queries/trends/readQualityList.ts'
import { trendColumnsOf } from '../queries/trends/trendColumns.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'
import { mergeRows } from '../queries/windows/mergeRows.ts'
import { periodsOf } from '../queries/windows/periods.ts'
import { type WindowRun, windowRunsBetween } from '@patterns/projections/windowRuns.ts'
import type { Bucket } from '../values/buckets.ts'
import { type ApiApp, notModified, patternProblems, type RouteDependencies } from './apiRoute.ts'
import { qualityOf } from './figureFields.ts'
import { refuseOtherType } from './listPage.ts'
import { namedEntry, nameOf } from './patternFields.ts'
import { nextQualityCursor, type QualityList, qualityListFrom } from './qualityList.ts'
import { qualityMetricsSchema } from './qualityMetricsFields.ts'
import { measuredOf, trendRangeOf } from './shortTrendFields.ts'
import { insufficientOf } from './trendFields.ts'
import { maxListPoints, maxPoints } from './pointLimits.ts'
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
          description: 'Only patterns with a mean score of at least this.',
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

const windowRunsIn = ({ range, series }: QualityList): readonly WindowRun[] =>
  windowRunsBetween([range, ...series.buckets].flatMap(({ from, to }) => [from, to]))

export const routeQualityMetrics = (app: ApiApp, dependencies: RouteDependencies): void => {
  const describe = (
    { firstSeen, line, ...pattern }: ScoredPattern,
    rows: readonly WindowRow[],
    { range, series, trends }: QualityList,
    timestamps: ReadonlyMap<Bucket, string>,
  ) => {
    const inRange = rows.filter(({ start }) => start >= range.from && start < range.to)
    const quality = qualityFigures(mergeRows(inRange).quality)
    const inSeries = rows.filter(({ start }) => start >= series.range.from)
    const periods = periodsOf(inSeries, { series, firstSeen, now: dependencies.clock() })
    return {
      ...nameOf(pattern),
      ...qualityOf(quality),
      measurements: periods
        .filter(({ state }) => state.quality.count > 0)
        .map(({ bucket, state, status }) => ({
          timestamp: timestamps.get(bucket)!,
          quality_score: qualityAverage(state.quality)!,
          confidence: confidence(state.quality.count),
          sample_size: state.quality.count,
          status,
        })),
      trend:
        line?.status === 'measured'
          ? measuredOf('quality', line, line.direction, trends.granularity)
          : insufficientOf(line?.points ?? 0),
    }
  }
  /** When each bucket begins: the same for all patterns of an answer. */
  const timestampsOf = ({ series }: QualityList): ReadonlyMap<Bucket, string> =>
    new Map(series.buckets.map((bucket) => [bucket, isoTime(bucket.from)]))
  const timesOf = ({ series, range, trends }: QualityList) => ({
    ...seriesOf(series, range),
    trend_range: trendRangeOf(trends),
  })

  const ofOne = async (id: string, { pattern_type, min_quality }: Query, asked: QualityList) => {
    const { trends } = asked
    const now = dependencies.clock()
    const { vector, entry, windows, trendWindows } = await dependencies.patterns.one(id, {
      runs: windowRunsIn(asked),
      columns: qualityColumns,
      trendWindows: { runs: trendWindowRuns(trends, now), columns: trendColumnsOf('quality') },
    })
    if (entry === undefined) throw patternNotFound(id)
    refuseOtherType(entry, pattern_type)
    const firstSeen = entry.firstSeen!
    const inOrder = windowsInOrder(trendWindows, trends.granularity)
    const { trend: line } = patternTrend('quality', inOrder, trends, { firstSeen, now })
    const pattern = describe(
      { ...namedEntry(id, entry), firstSeen, line },
      windows,
      asked,
      timestampsOf(asked),
    )
    const isListed = pattern.quality_score !== null && pattern.quality_score >= min_quality
    const patterns = isListed ? [pattern] : []
    const body = { ...timesOf(asked), patterns, total_count: patterns.length, next_cursor: null }
    return { vector, body }
  }

  const ofMany = async (query: Query, asked: QualityList, question: string) => {
    const { pattern_type: patternType, min_quality: minQuality, limit } = query
    const lines = await dependencies.lines.read(
      { ...asked.trends, metric: 'quality', now: dependencies.trendTime(), patternType },
      async ({ unnamed }) => unnamed,
    )
    return dependencies.lists.read({ range: asked.range }, async (list) => {
      const { database } = list
      const { after } = asked
      const listed = await readQualityList(list, { patternType, minQuality, lines, after, limit })
      const { page, patterns } = listed
      const ids = page.items.map(({ id }) => id)
      const rows = await readPatternsWindows(database, ids, windowRunsIn(asked), qualityColumns)
      const timestamps = timestampsOf(asked)
      const body = {
        ...timesOf(asked),
        patterns: page.items.map((pattern) =>
          describe(pattern, rows.get(pattern.id) ?? [], asked, timestamps),
        ),
        total_count: patterns,
        next_cursor: nextQualityCursor(page.end, question, asked),
      }
      // The order is that of the standings. The figures are of the windows, which are a little newer in the same snapshot.
      const vector = await readVector(database, servedProjections.windows)
      return { vector, text: list.text, body }
    })
  }

  app.openapi(route, (context) => {
    const query = context.req.valid('query')
    const { pattern_id, pattern_type, min_quality, granularity, time_zone } = query
    const question = questionOf(dependencies.logId(), 'quality-metrics', {
      pattern_id,
      pattern_type,
      min_quality,
      granularity,
      time_zone,
    })
    const limits =
      pattern_id === undefined
        ? { now: dependencies.listTime(), trendTime: dependencies.trendTime(), maxPoints: maxListPoints }
        : { now: dependencies.clock(), trendTime: dependencies.clock(), maxPoints }
    const asked = qualityListFrom(query, question, limits)
    const { range, trends, after } = asked
    return dependencies.answers(context, {
      key: JSON.stringify(['quality-metrics', question, range, trends, after, query.limit]),
      source: pattern_id === undefined ? dependencies.listSource({ range }) : dependencies.fromDatabase,
      after: query.after,
      answer: () =>
        pattern_id === undefined ? ofMany(query, asked, question) : ofOne(pattern_id, query, asked),
    })
  })
}
