import type { Range } from '../analytics/trendRange.ts'
import type { GrowthSpans } from '../derived/growthSpans.ts'
import { windowMs } from '../window.ts'

/** The ranges over which it is kept how every pattern stands, and how long each is in milliseconds. */
export const standingRanges = {
  '24h': 24 * windowMs.hour,
  '7d': 7 * windowMs.day,
  '30d': 30 * windowMs.day,
  '90d': 90 * windowMs.day,
} as const

export type StandingRange = keyof typeof standingRanges

export const standingRangeNames = Object.keys(standingRanges) as StandingRange[]

/** The hours that a standing is about, if `closedUntil` is the end of the last closed hour. */
export interface StandingSpans {
  /** What is summed: from so long before the running hour to its end. */
  readonly range: Range
  /** Its closed hours. */
  readonly closed: Range
  /** Its last two hours, which are open; the same whatever the range. */
  readonly open: Range
  /** What growth compares: as many closed hours as the range is long, and as many before. */
  readonly growth: GrowthSpans
}

/** The hours of a standing; `closedUntil` in epoch milliseconds, as `closedUntil('hour', now)` gives it. */
export const standingSpans = (name: StandingRange, closedUntil: number): StandingSpans => {
  const length = standingRanges[name]
  const runningHour = closedUntil + windowMs.hour
  const range = { from: runningHour - length, to: runningHour + windowMs.hour }
  const current = { from: closedUntil - length, to: closedUntil }
  return {
    range,
    closed: { from: range.from, to: closedUntil },
    open: { from: closedUntil, to: range.to },
    growth: { current, previous: { from: current.from - length, to: current.from } },
  }
}

const isSame = (a: Range, b: Range): boolean => a.from === b.from && a.to === b.to

/**
 * Which standing answers for a range: its sums, and if growth is asked for, also what that compares. Undefined if none
 * does.
 */
export const findStanding = (
  asked: { readonly range: Range; readonly growth?: GrowthSpans | undefined },
  closedUntil: number,
): StandingRange | undefined =>
  standingRangeNames.find((name) => {
    const { range, growth } = standingSpans(name, closedUntil)
    return isSame(asked.range, range) && (!asked.growth || isSame(asked.growth.current, growth.current))
  })
