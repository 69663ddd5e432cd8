import type { Range } from '../analytics/trendRange.ts'
import { windowMs } from '../window.ts'
import { type StandingRange, standingSpans } from './standingRange.ts'

/** Hours of one span, and how often they count in each of the sums of a standing's closed hours: −1, 0 or 1 times. */
export interface WeightedSpan extends Range {
  /** In the sums over the closed hours of the range. */
  readonly inRange: number
  /** In the uses that growth compares: `closed_uses`. */
  readonly inCurrent: number
  /** In what it compares them with: `previous_uses`. */
  readonly inPrevious: number
}

/** What the sums of a standing's closed hours are made of. No hour is in two spans. */
export const closedSpans = (name: StandingRange, closedUntil: number): WeightedSpan[] => {
  const { closed, growth } = standingSpans(name, closedUntil)
  return [
    { ...growth.previous, inRange: 0, inCurrent: 0, inPrevious: 1 },
    { from: growth.current.from, to: closed.from, inRange: 0, inCurrent: 1, inPrevious: 0 },
    { ...closed, inRange: 1, inCurrent: 1, inPrevious: 0 },
  ]
}

/**
 * What changes in these sums when more hours close: those that come in, and those that leave at the other end. Only if
 * fewer hours close than the range is long, and none opens again.
 */
export const advancedSpans = (name: StandingRange, before: number, after: number): WeightedSpan[] => {
  const [from, to] = [standingSpans(name, before), standingSpans(name, after)]
  return [
    { from: before, to: after, inRange: 1, inCurrent: 1, inPrevious: 0 },
    { from: from.closed.from, to: to.closed.from, inRange: -1, inCurrent: 0, inPrevious: 0 },
    { from: from.growth.current.from, to: to.growth.current.from, inRange: 0, inCurrent: -1, inPrevious: 1 },
    {
      from: from.growth.previous.from,
      to: to.growth.previous.from,
      inRange: 0,
      inCurrent: 0,
      inPrevious: -1,
    },
  ]
}

/**
 * How many hours may close between two refreshes for the sums to be carried on by what changed: fewer than the shortest range
 * has, and so few that their windows, of all patterns, are read in one statement.
 */
export const maxAdvanceMs = 6 * windowMs.hour
