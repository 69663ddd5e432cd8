import { z } from '@hono/zod-openapi'
import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { encodeCursor } from '../http/conventions/cursor.ts'
import { type ListRequest, refuseRangeOfCursor, resumeListRange } from '../http/conventions/listRange.ts'
import { resolveBuckets, type BucketedRange, type BucketsRequest } from '../values/buckets.ts'
import { orRefuse } from '../http/problems/problem.ts'
import { growthSpansOf } from '../values/growthSpans.ts'
import { type PagePlace, patternPlace } from '../values/page.ts'
import { floorHour, maxRangeMs, previousRange, type Range, resolveRange } from '../values/range.ts'

/** Over which times usage is listed, and where in the list the page begins. */
export interface UsageList {
  /** As it was asked for, before it is widened to whole windows: the next page must resolve to the same. */
  readonly range: Range
  readonly series: BucketedRange
  /** What growth compares. Undefined if no hour of the range has closed. */
  readonly growth: GrowthSpans | undefined
  readonly after: PagePlace | undefined
}

const hour = z.int().refine((time) => time === floorHour(time))

/** The last item of a page, and the later of the two times that growth compares: hours close between two pages. */
const placeSchema = (field: string) => z.tuple([patternPlace(field), z.tuple([hour, hour]).nullable()])

type Place = z.infer<ReturnType<typeof placeSchema>>

interface Limits {
  readonly now: number
  readonly defaultRange: string
  readonly maxPoints: number
}

/** The first page, or the next one of the same times by its cursor. */
export const usageListFrom = (
  request: ListRequest & BucketsRequest & { readonly sort: { readonly field: string } },
  question: string,
  limits: Limits,
): UsageList => {
  const seriesIn = (range: Range): BucketedRange => orRefuse(resolveBuckets(range, request, limits))
  if (request.cursor === undefined) {
    const range = orRefuse(resolveRange(request, limits))
    const growth = growthSpansOf(request, range, limits)
    return { range, series: seriesIn(range), growth, after: undefined }
  }
  const { range, place } = resumeListRange(request.cursor, request, question, {
    ...limits,
    place: placeSchema(request.sort.field),
  })
  const [after, current] = place
  const growth = current === null ? undefined : resumeSpans(current, limits.now)
  return { range, series: seriesIn(range), growth, after }
}

const resumeSpans = ([from, to]: readonly [number, number], now: number): GrowthSpans => {
  if (from >= to || to > closedUntil('hour', now) || to - from > maxRangeMs) throw refuseRangeOfCursor()
  const current = { from, to }
  return { current, previous: previousRange(current) }
}

/** The cursor of the next page; null at the end. */
export const nextUsageCursor = (
  end: PagePlace | null,
  question: string,
  { range, growth }: Pick<UsageList, 'range' | 'growth'>,
): string | null => {
  if (end === null) return null
  const place: Place = [end, growth === undefined ? null : [growth.current.from, growth.current.to]]
  return encodeCursor(question, { range, place })
}
