import type { Metric } from '@patterns/projections/analytics/metric.ts'
import { binomial, normal, poisson } from '@patterns/projections/testing/simulated.ts'
import type { SeriesWindow } from '@patterns/projections/analytics/series.ts'
import type { TrendSeries } from '@patterns/projections/trends/trendSeries.ts'
import { seriesRange } from '@patterns/projections/trends/trendSeries.ts'
import { windowMs } from '@patterns/projections/window.ts'

/** A pattern whose history is known, because it was drawn from this. */
export interface Character {
  readonly metric: Metric
  readonly series: TrendSeries
  /**
   * How much the true value changes from the first window to the last, in a straight line: as a share of its
   * start for usage and duration, in points of 0…1 for success rate and quality. 0: no trend.
   */
  readonly change: number
  /** Uses in a window on average, at the start. */
  readonly usesPerWindow: number
}

/** How much one observation varies: the spread of a score, and of a duration's logarithm. */
const scoreSpread = 0.15
const durationSpread = 0.5
const startOf = { success_rate: 0.7, quality: 0.5, durationMs: 200 }

const sumOf = (count: number, draw: () => number): number => {
  let sum = 0
  for (let i = 0; i < count; i++) sum += draw()
  return sum
}

const drawState = (
  { metric, change, usesPerWindow }: Character,
  progress: number,
  random: () => number,
): SeriesWindow['state'] => {
  const changed = (of: Metric): number => (metric === of ? change * progress : 0)
  const uses = poisson(random, usesPerWindow * (1 + changed('usage')))
  const score = startOf.quality + changed('quality')
  const median = startOf.durationMs * (1 + changed('duration'))
  const isOf = (of: Metric): number => (metric === of ? uses : 0)
  return {
    outcomes: {
      uses,
      successes: binomial(random, isOf('success_rate'), startOf.success_rate + changed('success_rate')),
      partial_successes: 0,
    },
    quality: {
      count: isOf('quality'),
      sum: sumOf(isOf('quality'), () =>
        Math.round(1e6 * Math.min(1, Math.max(0, score + scoreSpread * normal(random)))),
      ),
    },
    duration: {
      count: isOf('duration'),
      sumMs: sumOf(isOf('duration'), () => Math.round(median * Math.exp(durationSpread * normal(random)))),
    },
  }
}

/** The windows of such a pattern, when it is `now`. */
export const simulateWindows = (character: Character, now: number, random: () => number): SeriesWindow[] => {
  const { granularity, windows } = character.series
  const { from } = seriesRange(character.series, now)
  return Array.from({ length: windows }, (_, i) => ({
    start: from + i * windowMs[granularity],
    state: drawState(character, i / (windows - 1), random),
  })).filter(({ state }) => state.outcomes.uses > 0)
}
