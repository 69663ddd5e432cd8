import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import { standingRangeNames, standingSpans } from '@patterns/projections/standings/standingRange.ts'
import { type Granularity, windowStart } from '@patterns/projections/window.ts'
import { defaultGranularity } from '../../values/buckets.ts'
import { nextStart, type TrendRange } from '../../values/trendRange.ts'
import type { Summed } from '../lists/listRelation.ts'

const minWindows = 14

/** The coarsest windows of which both spans together hold enough to see a course. */
export const granularityOfSpans = ({ current, previous }: GrowthSpans, maxPoints: number): Granularity =>
  defaultGranularity({ from: previous.from, to: current.to }, { maxPoints, minPoints: minWindows })

/** The closed windows that touch the two spans. */
export const usageRange = (spans: GrowthSpans, granularity: Granularity, now: number): TrendRange => {
  const range = {
    from: windowStart(spans.previous.from, granularity),
    to: Math.min(nextStart(spans.current.to, granularity), closedUntil(granularity, now)),
  }
  return { range, granularity, includeOpen: false }
}

/**
 * What is to be summed to compare two spans: nothing besides, or if a standing compares the very same, the range of that
 * standing.
 */
export const summedFor = (growth: GrowthSpans): Summed => {
  const { current } = growth
  const standings = standingRangeNames.map((name) => standingSpans(name, current.to))
  const standing = standings.find((spans) => spans.growth.current.from === current.from)
  return { range: standing?.range ?? current, growth }
}
