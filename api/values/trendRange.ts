import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { type Granularity, windowEnd, windowMs, windowStart } from '@patterns/projections/window.ts'
import { defaultGranularity } from './buckets.ts'
import { before } from './duration.ts'
import { endOfHour, type Range, type RangeRequest, resolveRange } from './range.ts'
import { refused, type Resolved, resolved } from './resolved.ts'

export interface TrendRangeRequest extends RangeRequest {
  readonly granularity?: Granularity | undefined
  readonly include_open?: boolean | undefined
}

/** Which windows a trend looks at: those of one size that start in `range`, which is whole windows of UTC. */
export interface TrendRange {
  readonly range: Range
  readonly granularity: Granularity
  readonly includeOpen: boolean
}

export interface TrendRangeOptions {
  /** Epoch milliseconds. */
  readonly now: number
  readonly defaultRange: string
  readonly maxPoints: number
}

/** The end of the last window that can be shown: the last closed one, or the running one. */
const knownUntil = (granularity: Granularity, now: number, includeOpen: boolean): number =>
  includeOpen ? windowEnd(windowStart(now, granularity), granularity) : closedUntil(granularity, now)

/** The part of the windows up to the end of the running hour. An event dated later counts when its hour has come. */
export const countedRange = ({ range }: Pick<TrendRange, 'range'>, now: number): Range => ({
  from: range.from,
  to: Math.min(range.to, endOfHour(now)),
})

/** The first window start at or after a time. */
export const nextStart = (time: number, granularity: Granularity): number =>
  windowEnd(windowStart(time - 1, granularity), granularity)

/** The windows or, if there are too many, a refusal that names a granularity with fewer. */
export const fewEnough = (trendRange: TrendRange, maxPoints: number): Resolved<TrendRange> => {
  const { range, granularity } = trendRange
  const countOf = (other: Granularity): number => (range.to - range.from) / windowMs[other]
  if (countOf(granularity) <= maxPoints) return resolved(trendRange)
  const fitting = (['day', 'week'] as const).find((other) => countOf(other) <= maxPoints - 1)
  const advice = fitting === undefined ? 'ask for a shorter range' : `granularity=${fitting} fits`
  return refused(
    'granularity',
    `granularity=${granularity} gives more than ${maxPoints} windows over this range: ${advice}`,
  )
}

/**
 * The closed windows of a range and, if asked for, the open ones up to the running one. A `time_range` ends with the last
 * of them, so that 30d is 30 whole days; `from` and `to` are widened outward to whole windows, as far as there are any.
 */
export const resolveTrendRange = (
  request: TrendRangeRequest,
  { now, defaultRange, maxPoints }: TrendRangeOptions,
): Resolved<TrendRange> => {
  const asked = resolveRange(request, { now, defaultRange })
  if (!asked.ok) return asked
  const granularity = request.granularity ?? defaultGranularity(asked.value, { maxPoints })
  const includeOpen = request.include_open ?? false
  const known = knownUntil(granularity, now, includeOpen)
  const to =
    request.from === undefined || request.to === undefined
      ? known
      : Math.min(known, nextStart(request.to, granularity))
  const start = request.from ?? known - (now - before(now, request.time_range ?? defaultRange))
  const range = { from: windowStart(start, granularity), to }
  if (range.from >= range.to)
    return refused(
      request.from === undefined ? 'time_range' : 'from',
      `no ${granularity} of this range has closed yet, which is an hour after its end; include_open=true takes open ones`,
    )
  return fewEnough({ range, granularity, includeOpen }, maxPoints)
}
