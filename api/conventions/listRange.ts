import type { Granularity } from '@patterns/projections/window.ts'
import type { z } from '@hono/zod-openapi'
import { type Cursor, decodeCursor } from './cursor.ts'
import { type PagePlace, pagePlace } from './page.ts'
import { unprocessable } from './problem.ts'
import { endOfHour, longestRangeMs, type Range, type RangeRequest, resolveRange } from './range.ts'
import { orRefuse } from './resolved.ts'

export interface ListRequest extends RangeRequest {
  readonly cursor?: string | undefined
  readonly granularity?: Granularity | undefined
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
  return { range: cursor.range, after: cursor.place }
}
