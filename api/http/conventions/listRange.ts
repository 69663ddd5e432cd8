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
 * A request that names its range again must name the range of its cursor. The clock has moved on since, so the request is
 * read with the clock of the first page, which is known to the hour only.
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

/** A 422 for ranges that no cursor of this API has. */
export const refuseRangeOfCursor = (): Problem =>
  unprocessable([{ path: 'cursor', message: 'the cursor holds no range that can be served' }])

/** The range of a list of patterns, and where its page begins: by the cursor, if there is one. */
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
