import type { Standing } from './rankedRates.ts'

/** Five equal ranges of 0…1. */
export const qualityRanges = ['0.0-0.2', '0.2-0.4', '0.4-0.6', '0.6-0.8', '0.8-1.0'] as const

export interface QualityShare {
  readonly range: (typeof qualityRanges)[number]
  readonly count: number
  /** 0…100; null if no pattern has a score. */
  readonly percentage: number | null
}

const rangeMillionths = 200_000

/** How the mean scores of patterns spread. Decided on the integer sums, so no mean falls on a wrong side. */
export const distributeQuality = (standings: readonly Standing[]): QualityShare[] => {
  const counts = qualityRanges.map(() => 0)
  let scored = 0
  for (const { sums } of standings) {
    if (sums.qualityCount === 0) continue
    scored++
    const range = Math.floor(sums.qualitySum / (rangeMillionths * sums.qualityCount))
    counts[Math.min(range, qualityRanges.length - 1)]!++
  }
  return qualityRanges.map((range, i) => ({
    range,
    count: counts[i]!,
    percentage: scored === 0 ? null : (100 * counts[i]!) / scored,
  }))
}
