import { successRate } from '@patterns/projections/derived/successRate.ts'
import type { Standing } from './rankedRates.ts'
import { addSums, averageQuality, type Sums, zeroSums } from './sums.ts'

/** Unweighted means over patterns beside pooled figures over all their events: they differ, and both matter. */
export interface Summary {
  readonly activePatterns: number
  readonly total: Sums
  readonly averageSuccessRate: number | null
  readonly overallSuccessRate: number | null
  readonly averageQuality: number | null
  readonly overallQuality: number | null
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

const present = (value: number | null): value is number => value !== null

/** What is said of many patterns together. */
export const summarise = (standings: readonly Standing[]): Summary => {
  const total = zeroSums()
  for (const { sums } of standings) addSums(total, sums)
  return {
    activePatterns: standings.filter(({ sums }) => sums.outcomes.uses > 0).length,
    total,
    averageSuccessRate: mean(standings.map(({ sums }) => successRate(sums.outcomes)).filter(present)),
    overallSuccessRate: successRate(total.outcomes),
    averageQuality: mean(standings.map(({ sums }) => averageQuality(sums)).filter(present)),
    overallQuality: averageQuality(total),
  }
}
