import type { RateCount } from '@patterns/projections/derived/successRate.ts'
import { qualityAverage } from '@patterns/projections/derived/qualityFigures.ts'
import { type Outcomes, outcomes as outcomesMeasure } from '@patterns/projections/measures/outcomes.ts'

/** What is summed for every pattern of a range: the columns of the window tables that lists are ranked by. */
export const sumColumns = [
  'successes',
  'partial_successes',
  'failures',
  'errors',
  'quality_count',
  'quality_sum',
  'duration_count',
  'duration_sum_ms',
] as const

export const sumWidth = sumColumns.length

/** The sums of nothing. */
export const zeroSums = (): Sums => ({
  outcomes: outcomesMeasure.zero(),
  qualityCount: 0,
  qualitySum: 0,
  durationCount: 0,
  durationSumMs: 0,
})

/** The sums of one pattern over a range. Every one is an integer below 2^53, so doubles hold them exactly. */
export interface Sums {
  readonly outcomes: Outcomes
  qualityCount: number
  /** In millionths. */
  qualitySum: number
  durationCount: number
  durationSumMs: number
}

/** The sums that lie at an index of an array of them. */
export const sumsAt = (values: Float64Array, index: number): Sums => {
  const at = index * sumWidth
  const [successes, partial_successes, failures, errors] = [
    values[at]!,
    values[at + 1]!,
    values[at + 2]!,
    values[at + 3]!,
  ]
  return {
    outcomes: {
      uses: successes + partial_successes + failures + errors,
      successes,
      partial_successes,
      failures,
      errors,
    },
    qualityCount: values[at + 4]!,
    qualitySum: values[at + 5]!,
    durationCount: values[at + 6]!,
    durationSumMs: values[at + 7]!,
  }
}

/** The uses of a pattern alone, without making an object. */
export const usesAt = (values: Float64Array, index: number): number => {
  const at = index * sumWidth
  return values[at]! + values[at + 1]! + values[at + 2]! + values[at + 3]!
}

export const rateCountOf = ({ outcomes }: Sums): RateCount => ({
  successes: outcomes.successes + outcomes.partial_successes,
  uses: outcomes.uses,
})

/** The mean score, 0…1; null without scores. */
export const averageQuality = ({ qualityCount, qualitySum }: Sums): number | null =>
  qualityAverage({ count: qualityCount, sum: qualitySum })

/** Adds all of `from` to `into`. */
export const addSums = (into: Sums, from: Sums): void => {
  outcomesMeasure.merge(into.outcomes, from.outcomes)
  into.qualityCount += from.qualityCount
  into.qualitySum += from.qualitySum
  into.durationCount += from.durationCount
  into.durationSumMs += from.durationSumMs
}
