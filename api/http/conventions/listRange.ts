import type { z } from '@hono/zod-openapi'
import { type Cursor, decodeCursor, refuseCursor } from './cursor.ts'
import { type PagePlace, pagePlace } from '../../values/page.ts'
import { orRefuse, unprocessable } from '../problems/problem.ts'
import { endOfHour, longestRangeMs, type Range, type RangeRequest, resolveRange } from '../../values/range.ts'
import { type Granularity, windowMs } from '@patterns/projections/window.ts'

export interface ListRequest extends RangeRequest {
  readonly cursor?: string | undefined
  readonly granularity?: Granularity | undefined
}

/**
 * A request that says its range again must say that of its cursor. The clock has moved on since, so it is taken for what
 * it was; what is shorter than an hour then is not known any more.
 * @throws Problem 400
 */
export const refuseOtherRange = (request: RangeRequest, { from, to }: Range, defaultRange: string): void => {
  if (request.time_range === undefined && request.from === undefined && request.to === undefined) return
  const again = resolveRange(request, { now: to - 1, defaultRange })
  if (again.ok && again.value.to === to && Math.abs(again.value.from - from) <= windowMs.hour) return
  throw refuseCursor('belongs to a request with another range')
}

/** The range of a list, and where its page begins: those of the cursor where there is one. */
export const resolveListRange = (
  request: ListRequest,
  question: string,
  options: { readonly now: number; readonly defaultRange: string },
): { readonly range: Range; readonly after: PagePlace | undefined } => {
  if (request.cursor === undefined)
    return { range: orRefuse(resolveRange(request, options)), after: undefined }
  const cursor: Cursor<PagePlace> = decodeCursor(request.cursor, question, pagePlace as z.ZodType<PagePlace>)
  const { from, to } = cursor.range
  if (from >= to || to > endOfHour(options.now) || to - from > longestRangeMs)
    throw unprocessable([{ path: 'cursor', message: 'the cursor holds no range that can be served' }])
  refuseOtherRange(request, cursor.range, options.defaultRange)
  return { range: cursor.range, after: cursor.place }
}
