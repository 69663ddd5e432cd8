import { z } from '@hono/zod-openapi'
import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { granularities, windowEnd, windowStart } from '@patterns/projections/window.ts'
import { decodeCursor, encodeCursor } from '../http/conventions/cursor.ts'
import type { PagePlace } from '../values/page.ts'
import { unprocessable } from '../http/problems/problem.ts'
import { longestRangeMs, type Range } from '../values/range.ts'
import { nextStart, type TrendRange } from '../trends/resolveTrendRange.ts'
import { windowsOf } from '../trends/lineQuestion.ts'

const placeSchema = z.tuple([z.enum(granularities), z.string(), z.string()])

type Place = z.infer<typeof placeSchema>

/** Where a page of trends ended, and over which windows. */
export interface TrendCursor {
  readonly granularity: TrendRange['granularity']
  readonly range: Range
  readonly after: PagePlace
}

const refuse = () =>
  unprocessable([{ path: 'cursor', message: 'the cursor holds no range that can be served' }])

/** @throws Problem if the text is no cursor of this question */
export const decodeTrendCursor = (text: string, question: string, now: number): TrendCursor => {
  const { range, place } = decodeCursor<Place>(text, question, placeSchema)
  const [granularity, order, id] = place
  const latest = windowEnd(windowStart(now, granularity), granularity)
  if (range.from >= range.to || range.to > latest || range.to - range.from > longestRangeMs) throw refuse()
  return { granularity, range, after: [order, id] }
}

/** As `decodeTrendCursor`, for a series: whole windows, and no more of them than a list may have. */
export const resumeTrendRange = (
  text: string,
  question: string,
  {
    now,
    includeOpen,
    mostPoints,
  }: { readonly now: number; readonly includeOpen: boolean; readonly mostPoints: number },
): { readonly trendRange: TrendRange; readonly after: PagePlace } => {
  const { granularity, range, after } = decodeTrendCursor(text, question, now)
  const trendRange = { granularity, range, includeOpen }
  const isWhole = [range.from, range.to].every((time) => nextStart(time, granularity) === time)
  const isKnown = includeOpen || range.to <= closedUntil(granularity, now)
  if (!isWhole || !isKnown || windowsOf(trendRange) > mostPoints) throw refuse()
  return { trendRange, after }
}

/** The cursor of the next page; null at the end. */
export const nextTrendCursor = (
  end: PagePlace | null,
  question: string,
  { granularity, range }: Pick<TrendRange, 'granularity' | 'range'>,
): string | null =>
  end === null ? null : encodeCursor(question, { range, place: [granularity, end[0], end[1]] })
