import { granularities, type Granularity, windowMs, windowStart } from '@patterns/projections/window.ts'
import { addDays } from 'date-fns/addDays'
import { addWeeks } from 'date-fns/addWeeks'
import { startOfDay } from 'date-fns/startOfDay'
import { startOfISOWeek } from 'date-fns/startOfISOWeek'
import { LRUCache } from 'lru-cache'
import { endOfHour, type Range } from './range.ts'
import { refused, type Resolved, resolved } from './resolved.ts'
import { canonicalZone, inZone, isWholeHours } from './timeZone.ts'

/** One point of a series: a window of UTC, or a day or week of another zone. */
export interface Bucket extends Range {
  /** Where the bucket ends by the calendar; `to` is earlier if the running hour ends earlier. */
  readonly end: number
}

/** A range cut into buckets. */
export interface BucketedRange {
  /** From the first bucket's start to the last one's end. */
  readonly range: Range
  readonly granularity: Granularity
  /** As it was asked for. */
  readonly zone: string
  readonly buckets: readonly Bucket[]
}

export interface BucketsRequest {
  readonly granularity?: Granularity | undefined
  readonly time_zone?: string | undefined
}

export const defaultMinPoints = 24

/** How many buckets a range can be cut into, at most: the first and the last may reach beyond it. */
const maxBuckets = ({ from, to }: Range, granularity: Granularity): number =>
  Math.ceil((to - from) / windowMs[granularity]) + (granularity === 'hour' ? 0 : 1)

/**
 * The coarsest granularity that still gives `minPoints`, else the finest that gives no more than `maxPoints`. Weeks, if the
 * range is too long for any.
 */
export const defaultGranularity = (
  range: Range,
  { maxPoints, minPoints = defaultMinPoints }: { readonly maxPoints: number; readonly minPoints?: number },
): Granularity =>
  (['week', 'day'] as const).find(
    (granularity) => (range.to - range.from) / windowMs[granularity] >= minPoints,
  ) ??
  granularities.find((granularity) => maxBuckets(range, granularity) <= maxPoints) ??
  'week'

/**
 * Cuts a range into the buckets that it touches: the range is widened to the start of its first bucket and
 * the end of its last, but not past the running hour.
 */
export const resolveBuckets = (
  range: Range,
  request: BucketsRequest,
  { now, maxPoints }: { readonly now: number; readonly maxPoints: number },
): Resolved<BucketedRange> => {
  const zone = request.time_zone ?? 'UTC'
  const granularity = request.granularity ?? defaultGranularity(range, { maxPoints })
  if (maxBuckets(range, granularity) > maxPoints) {
    const fitting = (['day', 'week'] as const).find((other) => maxBuckets(range, other) <= maxPoints)
    const advice = fitting === undefined ? 'ask for a shorter range' : `granularity=${fitting} fits`
    return refused(
      'granularity',
      `granularity=${granularity} gives more than ${maxPoints} points over this range: ${advice}`,
    )
  }
  if (!isWholeHours(zone, range.from) || !isWholeHours(zone, range.to)) return notWholeHours(zone)
  const starts = boundaries(range, granularity, canonicalZone(zone))
  if (starts.some((start) => start % windowMs.hour !== 0)) return notWholeHours(zone)
  const latest = endOfHour(now)
  const buckets = starts.slice(0, -1).map((from, i) => {
    const end = starts[i + 1]!
    return { from, to: Math.min(end, latest), end }
  })
  return resolved({
    range: { from: buckets[0]!.from, to: buckets.at(-1)!.to },
    granularity,
    zone,
    buckets,
  })
}

const notWholeHours = (zone: string): Resolved<never> =>
  refused('time_zone', `${zone} is not whole hours away from UTC in this range, and windows are hours of UTC`)

/** The start of each bucket, and at last the end of the last one. */
const boundaries = (range: Range, granularity: Granularity, zone: string): readonly number[] => {
  if (zone === 'UTC' || granularity === 'hour') return utcBoundaries(range, granularity)
  const key = `${zone}/${granularity}/${range.from}/${range.to}`
  let known = zoneBoundaries.get(key)
  if (known === undefined) {
    known = calendarBoundaries(range, granularity, zone)
    zoneBoundaries.set(key, known)
  }
  return known
}

/** A boundary of another zone takes some 50 µs to find, and every panel of a dashboard asks for the same. */
const zoneBoundaries = new LRUCache<string, readonly number[]>({ max: 200 })

const utcBoundaries = ({ from, to }: Range, granularity: Granularity): number[] => {
  const starts: number[] = []
  let at = windowStart(from, granularity)
  for (; at < to; at += windowMs[granularity]) starts.push(at)
  return [...starts, at]
}

/** By the calendar: a day of another zone has 23 or 25 hours when its clocks change. */
const calendarBoundaries = ({ from, to }: Range, granularity: 'day' | 'week', zone: string): number[] => {
  const [startOf, add] = granularity === 'day' ? [startOfDay, addDays] : [startOfISOWeek, addWeeks]
  const starts: number[] = []
  // From the calendar date, not from the last boundary: midnight may not exist on the day the clocks change.
  const first = startOf(inZone(from, zone))
  for (let i = 0; ; i++) {
    const start = startOf(add(first, i)).getTime()
    // If a zone left out a whole day (Samoa, 2011), that day has no length.
    if (start !== starts.at(-1)) starts.push(start)
    if (start >= to) return starts
  }
}
