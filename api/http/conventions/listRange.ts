import type { z } from '@hono/zod-openapi'
import { type Cursor, decodeCursor, refuseCursor } from './cursor.ts'
import { type PagePlace, patternPlace } from '../../values/page.ts'
import { orRefuse, type Problem, unprocessable } from '../problems/problem.ts'
import { endOfHour, maxRangeMs, type Range, type RangeRequest, resolveRange } from '../../values/range.ts'
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

/** The range of a list's first page, and where the next one begins, by its cursor. */
export const resumeListRange = <Place>(
  text: string,
  request: ListRequest,
  question: string,
  {
    now,
    defaultRange,
    place,
  }: { readonly now: number; readonly defaultRange: string; readonly place: z.ZodType<Place> },
): Cursor<Place> => {
  const cursor = decodeCursor(text, question, place)
  const { from, to } = cursor.range
  if (from >= to || to > endOfHour(now) || to - from > maxRangeMs) throw refuseRangeOfCursor()
  refuseOtherRange(request, cursor.range, defaultRange)
  return cursor
}

/** A 422 for ranges that no cursor of ours has. */
export const refuseRangeOfCursor = (): Problem =>
  unprocessable([{ path: 'cursor', message: 'the cursor holds no range that can be served' }])

/** The range of a list of patterns, and where its page begins: those of the cursor where there is one. */
export const listRangeFrom = (
  request: ListRequest & { readonly sort: { readonly field: string } },
  question: string,
  options: { readonly now: number; readonly defaultRange: string },
): { readonly range: Range; readonly after: PagePlace | undefined } => {
  if (request.cursor === undefined)
    return { range: orRefuse(resolveRange(request, options)), after: undefined }
  const place = patternPlace(request.sort.field)
  const cursor = resumeListRange(request.cursor, request, question, { ...options, place })
  return { range: cursor.range, after: cursor.place }
}
