import {
  type GrowthSpans,
  growthSpansIn,
  lastGrowthSpans,
} from '@patterns/projections/derived/growthSpans.ts'
import { before } from './duration.ts'
import type { Range, RangeRequest } from './range.ts'

/**
 * What growth compares where this range is answered for: of a `time_range` its last closed hours, as many as it is
 * long; of `from` and `to` what has closed of the range. Undefined if no hour of it has.
 */
export const growthSpansOf = (
  request: RangeRequest,
  range: Range,
  { now, defaultRange }: { readonly now: number; readonly defaultRange: string },
): GrowthSpans | undefined =>
  request.from === undefined
    ? lastGrowthSpans(now - before(now, request.time_range ?? defaultRange), now)
    : growthSpansIn(range, now)
