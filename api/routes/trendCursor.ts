import { z } from '@hono/zod-openapi'
import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { granularities, windowEnd, windowStart } from '@patterns/projections/window.ts'
import { decodeCursor, encodeCursor } from '../http/conventions/cursor.ts'
import { refuseRangeOfCursor } from '../http/conventions/listRange.ts'
import { windowsOf } from '../queries/trends/lineQuestion.ts'
import { type RankedPlace, rankedPlace } from '../values/page.ts'
import { maxRangeMs, type Range } from '../values/range.ts'
import { nextStart, type TrendRange } from '../values/trendRange.ts'

const placeSchema = z.tuple([z.enum(granularities), rankedPlace])

/** Where a page of trends ended, and over which windows. */
export interface TrendCursor {
  readonly granularity: TrendRange['granularity']
  readonly range: Range
  readonly after: RankedPlace
}

/** @throws Problem if the text is no cursor of this question; `size` is how many numbers the list is ordered by */
export const decodeTrendCursor = (
  text: string,
  question: string,
  { now, size }: { readonly now: number; readonly size: number },
): TrendCursor => {
  const { range, place } = decodeCursor(text, question, placeSchema)
  const [granularity, after] = place
  const latest = windowEnd(windowStart(now, granularity), granularity)
  const isServed = range.from < range.to && range.to <= latest && range.to - range.from <= maxRangeMs
  if (!isServed || after[0].length !== size) throw refuseRangeOfCursor()
  return { granularity, range, after }
}

/** The windows of a cursor, if they are whole and closed (or may be open), and no more than a list may have. */
export const orRefuseWindows = (
  trendRange: TrendRange,
  { now, maxPoints }: { readonly now: number; readonly maxPoints: number },
): TrendRange => {
  const { granularity, range, includeOpen } = trendRange
  const isWhole = [range.from, range.to].every((time) => nextStart(time, granularity) === time)
  const isKnown = includeOpen || range.to <= closedUntil(granularity, now)
  const windows = windowsOf(trendRange)
  if (!isWhole || !isKnown || windows < 1 || windows > maxPoints) throw refuseRangeOfCursor()
  return trendRange
}

/** As `decodeTrendCursor`, for a series. */
export const resumeTrendRange = (
  text: string,
  question: string,
  options: {
    readonly now: number
    readonly size: number
    readonly includeOpen: boolean
    readonly maxPoints: number
  },
): { readonly trendRange: TrendRange; readonly after: RankedPlace } => {
  const { granularity, range, after } = decodeTrendCursor(text, question, options)
  const trendRange = { granularity, range, includeOpen: options.includeOpen }
  return { trendRange: orRefuseWindows(trendRange, options), after }
}

/** The cursor of the next page; null at the end. */
export const nextTrendCursor = (
  end: RankedPlace | null,
  question: string,
  { granularity, range }: Pick<TrendRange, 'granularity' | 'range'>,
): string | null => (end === null ? null : encodeCursor(question, { range, place: [granularity, end] }))
