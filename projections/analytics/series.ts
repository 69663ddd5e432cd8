import { type Granularity, windowEnd, windowMs, windowStart } from '../window.ts'
import { type Metric, metricRules, type MetricState } from './metric.ts'
import { createPointBuffer, type PointBuffer, type Points } from './points.ts'
import { closedUntil, type Range } from './trendRange.ts'

/** One window of a pattern: its start in epoch milliseconds, and its state. */
export interface SeriesWindow {
  readonly start: number
  readonly state: MetricState
}

/** What a series is made from. */
export interface SeriesInput {
  readonly metric: Metric
  readonly granularity: Granularity
  /** Windows that start in here are looked at. */
  readonly range: Range
  /** Epoch milliseconds. */
  readonly now: number
  /** In order of start; those outside the range are passed over. */
  readonly windows: readonly SeriesWindow[]
  /** When the pattern was first seen, epoch ms: usage counts as 0 from there on. Default: its first window here. */
  readonly firstSeen?: number | null
  /**
   * Whether windows that are still open take part as well, up to the one that holds `now`. Default false. The state of
   * that one is then of the hours that have come, whatever is dated later.
   */
  readonly includeOpen?: boolean
  /** Arrays to write into, at least as long as the range has windows. Default: new ones. */
  readonly buffer?: PointBuffer
}

/** One metric of one pattern over time. Index 0 is the first point, or the first window if there is none. */
export interface Series extends Points {
  readonly metric: Metric
  readonly granularity: Granularity
  /** The start of the window with index 0, epoch milliseconds. */
  readonly start: number
  /** The index of the first window after those looked at: the one to predict. */
  readonly next: number
}

/** The first window start at or after `time`. */
const firstStart = (time: number, granularity: Granularity): number =>
  windowEnd(windowStart(time - 1, granularity), granularity)

/**
 * The series of a metric. Usage has a point for each window from the pattern's first on, 0 if it was not
 * used, and none at all if it was used in no window looked at: a pattern that is only registered, or fell silent before,
 * is not observed. The other metrics have points only if there are observations, since missing is missing, and then
 * whatever the value: a pattern that never works has a success rate of 0.
 */
export const createSeries = (input: SeriesInput): Series => {
  const { metric, granularity, range, now, windows, firstSeen = null, includeOpen = false } = input
  const length = windowMs[granularity]
  const known = includeOpen
    ? windowEnd(windowStart(now, granularity), granularity)
    : closedUntil(granularity, now)
  const from = firstStart(range.from, granularity)
  const to = Math.max(from, Math.min(firstStart(range.to, granularity), known))
  const rule = metricRules[metric]
  const isUsage = metric === 'usage'
  const { indices, values } = input.buffer ?? createPointBuffer((to - from) / length)
  if (values.length < (to - from) / length) throw new RangeError('the buffer is shorter than the range')

  let points = 0
  let start = from
  let wasUsed = false
  const put = (at: number, value: number): void => {
    if (points === 0) start = at
    indices[points] = (at - start) / length
    values[points++] = value
  }
  let zeroFrom = firstSeen === null ? to : Math.max(from, windowStart(firstSeen, granularity))
  const fillZeros = (until: number): void => {
    for (; isUsage && zeroFrom < until; zeroFrom += length) put(zeroFrom, 0)
  }
  for (const window of windows) {
    if (window.start < from || window.start >= to) continue
    const count = rule.count(window.state)
    if (count === 0) continue
    fillZeros(window.start)
    const total = rule.total(window.state)
    wasUsed ||= total > 0
    put(window.start, total / count / rule.unit)
    zeroFrom = window.start + length
  }
  fillZeros(to)
  if (isUsage && !wasUsed) {
    points = 0
    start = from
  }
  return { metric, granularity, start, next: (to - start) / length, indices, values, length: points }
}
