import { createRoute, z } from '@hono/zod-openapi'
import { metricValue, sampleSize } from '@patterns/projections/analytics/metric.ts'
import { movingAverage } from '@patterns/projections/analytics/movingAverage.ts'
import { pointsOf } from '@patterns/projections/analytics/points.ts'
import { growthRate } from '@patterns/projections/derived/growth.ts'
import type { WindowState } from '@patterns/projections/windowState.ts'
import { isoTime } from '../http/conventions/asOf.ts'
import { type Bucket, resolveBuckets, type BucketedRange } from '../values/buckets.ts'
import {
  afterParameter,
  integer,
  patternIdParameter,
  patternTypeParameter,
  rangeParameters,
  seriesParameters,
} from '../http/conventions/parameters.ts'
import { orRefuse, patternNotFound } from '../http/problems/problem.ts'
import { growthSpansOf } from '../values/growthSpans.ts'
import { type Range, resolveRange } from '../values/range.ts'
import { type ColumnSet, durationColumns, outcomeColumns, qualityColumns } from '../queries/columnSets.ts'
import { readTotals } from '../queries/readTotals.ts'
import { readTypeTotals } from '../queries/readTypeTotals.ts'
import type { WindowRow } from '@patterns/read-model/windowRow.ts'
import { mergeStates } from '../queries/windows/mergeRows.ts'
import { type Period, periodsOf } from '../queries/windows/periods.ts'
import { windowRunsBetween } from '@patterns/projections/windowRuns.ts'
import { type ApiApp, notModified, patternProblems, type RouteDependencies } from './apiRoute.ts'
import { refuseOtherType } from './listPage.ts'
import { maxPoints } from './pointLimits.ts'
import { type MetricType, metricTypes, timeSeriesSchema, unitOf } from './timeSeriesFields.ts'

const columnsOf: Readonly<Record<MetricType, ColumnSet>> = {
  usage: outcomeColumns,
  success_rate: outcomeColumns,
  errors: outcomeColumns,
  quality: qualityColumns,
  duration: durationColumns,
}

/** Metrics of which a period without uses has the value 0; the others have none. */
const isCount = (metric: MetricType): boolean => metric === 'usage' || metric === 'errors'

const valueOf = (metric: MetricType, state: WindowState): number | null =>
  metric === 'errors' ? state.outcomes.errors : metricValue(metric, state)

const sampleSizeOf = (metric: MetricType, state: WindowState): number =>
  sampleSize(metric === 'errors' ? 'usage' : metric, state)

const route = createRoute({
  method: 'get',
  path: '/time-series',
  operationId: 'getTimeSeries',
  tags: ['Analytics'],
  summary: 'One metric over time, of one pattern, of a type, or of all together',
  description: 'The values window by window, with a moving average and the time before if asked for.',
  request: {
    query: z.strictObject({
      ...rangeParameters('30d'),
      ...seriesParameters,
      pattern_id: patternIdParameter,
      pattern_type: patternTypeParameter,
      metric_type: z
        .enum(metricTypes)
        .default('usage')
        .openapi({ description: 'errors counts uses with the outcome `error`.' }),
      moving_average: integer(2, 60, 'Adds the mean over so many windows.'),
      compare: z
        .enum(['previous_period'])
        .optional()
        .openapi({ description: 'Adds the closed hours of the range, and as many before them.' }),
      ...afterParameter,
    }),
  },
  responses: {
    200: { description: 'The series.', content: { 'application/json': { schema: timeSeriesSchema } } },
    304: notModified,
    ...patternProblems,
  },
})

interface Point {
  readonly index: number
  readonly bucket: Bucket
  readonly value: number
  readonly sampleSize: number
  readonly status: Period['status']
}

const pointsIn = (metric: MetricType, periods: readonly Period[], { buckets }: BucketedRange): Point[] => {
  const offset = buckets.length - periods.length
  const points: Point[] = []
  for (const [i, { bucket, state, status }] of periods.entries()) {
    const size = sampleSizeOf(metric, state)
    const value = valueOf(metric, state)
    if (value === null || (size === 0 && !isCount(metric))) continue
    points.push({ index: offset + i, bucket, value, sampleSize: size, status })
  }
  return points
}

const averageOver = (points: readonly Point[], windows: number) => {
  // The stretch begins with the first point: index 0 of the series.
  const first = points[0]?.index ?? 0
  const averages = movingAverage(
    pointsOf(
      points.map(({ value }) => value),
      points.map(({ index }) => index - first),
    ),
    windows,
  )
  const data = points.flatMap(({ bucket }, i) => {
    const value = averages[i]!
    return value === null ? [] : [{ timestamp: isoTime(bucket.from), value }]
  })
  return { windows, data }
}

export const routeTimeSeries = (app: ApiApp, dependencies: RouteDependencies): void => {
  app.openapi(route, (context) => {
    const query = context.req.valid('query')
    const { pattern_id, pattern_type, metric_type: metric, moving_average, compare } = query
    const ofType = pattern_id === undefined ? pattern_type : undefined
    const now = dependencies.clock()
    const options = { now, defaultRange: '30d' }
    const range = orRefuse(resolveRange(query, options))
    const series = orRefuse(resolveBuckets(range, query, { now, maxPoints }))
    const spans = compare === undefined ? undefined : growthSpansOf(query, series.range, options)

    const read = async () => {
      const compared = spans === undefined ? [] : [spans.previous, spans.current]
      const ranges = [...compared, ...series.buckets]
      const runs = windowRunsBetween(ranges.flatMap(({ from, to }) => [from, to]))
      const columns = columnsOf[metric]
      if (ofType !== undefined)
        return dependencies.sumLimit(() => readTypeTotals(dependencies.database, ofType, runs, columns))
      if (pattern_id === undefined) return readTotals(dependencies.database, runs, columns)
      const { vector, entry, windows } = await dependencies.patterns.one(pattern_id, { runs, columns })
      if (entry === undefined) throw patternNotFound(pattern_id)
      refuseOtherType(entry, pattern_type)
      return { vector, windows, firstSeen: entry.firstSeen }
    }

    const totalOf = (states: readonly WindowState[]) => {
      const state = mergeStates(states)
      return { value: valueOf(metric, state), sample_size: sampleSizeOf(metric, state) }
    }
    const rowsIn = (rows: readonly WindowRow[], { from, to }: Range): readonly WindowRow[] =>
      rows.filter(({ start }) => start >= from && start < to)
    const compareIn = (rows: readonly WindowRow[]) => {
      if (spans === undefined) return null
      const totalIn = (span: Range) => ({
        from: isoTime(span.from),
        to: isoTime(span.to),
        totals: totalOf(rowsIn(rows, span).map(({ state }) => state)),
      })
      const [compared, previous] = [totalIn(spans.current), totalIn(spans.previous)]
      const [value, before] = [compared.totals.value, previous.totals.value]
      const isKnown = value !== null && before !== null
      return {
        ...previous,
        compared,
        change: isKnown ? value - before : null,
        growth_rate: isKnown ? growthRate(value, before) : null,
      }
    }

    return dependencies.answers(context, {
      key: JSON.stringify([
        'time-series',
        {
          pattern_id,
          pattern_type,
          metric,
          granularity: series.granularity,
          zone: series.zone,
          moving_average,
          compare,
        },
        series.range,
        spans?.current,
      ]),
      source: ofType === undefined ? dependencies.fromDatabase : dependencies.fromSums,
      after: query.after,
      answer: async () => {
        const { vector, windows, firstSeen } = await read()
        // Before the rows are merged into periods, which uses them up.
        const previous = compareIn(windows)
        const periods = periodsOf(rowsIn(windows, series.range), { series, firstSeen, now })
        const points = pointsIn(metric, periods, series)
        const totals = totalOf(periods.map(({ state }) => state))
        return {
          vector,
          body: {
            from: isoTime(series.range.from),
            to: isoTime(series.range.to),
            pattern_id: pattern_id ?? null,
            pattern_type: pattern_type ?? null,
            metric_type: metric,
            unit: unitOf[metric],
            granularity: series.granularity,
            time_zone: series.zone,
            data: points.map(({ bucket, value, sampleSize: size, status }) => ({
              timestamp: isoTime(bucket.from),
              value,
              sample_size: size,
              status,
            })),
            moving_average: moving_average === undefined ? null : averageOver(points, moving_average),
            totals,
            previous_period: previous,
          },
        }
      },
    })
  })
}
