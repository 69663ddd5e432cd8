import {
  type GrowthSpans,
  growthSpansIn,
  lastGrowthSpans,
} from '@patterns/projections/derived/growthSpans.ts'
import { before } from './duration.ts'
import type { Range, RangeRequest } from './range.ts'

/**
 * What growth compares if this range is asked for. For a `time_range` these are the last closed hours, as many as it is
 * long; for `from` and `to`, what has closed of the range. Undefined if no hour of it has closed.
 */
export const growthSpansOf = (
  request: RangeRequest,
  range: Range,
  { now, defaultRange }: { readonly now: number; readonly defaultRange: string },
): GrowthSpans | undefined =>
  request.from === undefined
    ? lastGrowthSpans(now - before(now, request.time_range ?? defaultRange), now)
    : growthSpansIn(range, now)
