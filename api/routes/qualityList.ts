import { z } from '@hono/zod-openapi'
import { granularities } from '@patterns/projections/window.ts'
import { encodeCursor } from '../http/conventions/cursor.ts'
import { type ListRequest, resumeListRange } from '../http/conventions/listRange.ts'
import { orRefuse } from '../http/problems/problem.ts'
import { resolveBuckets, type BucketedRange, type BucketsRequest } from '../values/buckets.ts'
import { resolveShortTrendRange } from '../values/shortTrendRange.ts'
import { type PagePlace, patternPlace } from '../values/page.ts'
import { floorHour, type Range, resolveRange } from '../values/range.ts'
import type { TrendRange } from '../values/trendRange.ts'
import { orRefuseWindows } from './trendCursor.ts'

/** Over which times scores are listed, and where in the list the page begins. */
export interface QualityList {
  /** The range of the figures. The series is of the whole windows that touch it. */
  readonly range: Range
  readonly series: BucketedRange
  /** The windows of the trends. */
  readonly trends: TrendRange
  readonly after: PagePlace | undefined
}

const hour = z.int().refine((time) => time === floorHour(time))

/** The last item of a page, and the windows of the trends, since windows can close between two pages. */
const placeSchema = z.tuple([patternPlace('quality_score'), z.tuple([z.enum(granularities), hour, hour])])

interface Limits {
  readonly now: number
  /** The time that trends are as of. */
  readonly trendTime: number
  readonly maxPoints: number
}

const defaultRange = '30d'

/** The first page, or the next one of the same times by its cursor. */
export const qualityListFrom = (
  request: ListRequest & BucketsRequest,
  question: string,
  { trendTime, ...limits }: Limits,
): QualityList => {
  const { maxPoints } = limits
  const seriesIn = (range: Range): BucketedRange => orRefuse(resolveBuckets(range, request, limits))
  if (request.cursor === undefined) {
    const range = orRefuse(resolveRange(request, { ...limits, defaultRange }))
    const series = seriesIn(range)
    const { time_range, from, to } = request
    const asked = { time_range, from, to }
    const trends = orRefuse(resolveShortTrendRange(asked, { now: trendTime, defaultRange, maxPoints }))
    return { range, series, trends, after: undefined }
  }
  const options = { ...limits, defaultRange, place: placeSchema }
  const { range, place } = resumeListRange(request.cursor, request, question, options)
  const [after, [granularity, from, to]] = place
  const trends = orRefuseWindows(
    { granularity, range: { from, to }, includeOpen: false },
    { now: trendTime, maxPoints },
  )
  return { range, series: seriesIn(range), trends, after }
}

/** The cursor of the next page; null at the end. */
export const nextQualityCursor = (
  end: PagePlace | null,
  question: string,
  { range, trends }: QualityList,
): string | null =>
  end === null
    ? null
    : encodeCursor(question, {
        range,
        place: [end, [trends.granularity, trends.range.from, trends.range.to]],
      })
