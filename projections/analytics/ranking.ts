import { type Metric, metricRules } from './metric.ts'

/** A value that belongs to a pattern. */
export interface Ranked {
  readonly id: string
  /** 1 is best; patterns with equal values share a rank, and the next one is skipped (1, 2, 2, 4). */
  readonly rank: number
}

/**
 * Patterns by their value, best first: higher is better, but for duration. Patterns without a value are
 * left out; those that share a rank are in order of id.
 */
export const ranking = (
  metric: Metric,
  values: readonly { readonly id: string; readonly value: number | null }[],
): Ranked[] => {
  const sign = metricRules[metric].better === 'higher' ? -1 : 1
  const sorted = values
    .flatMap(({ id, value }) => (value === null ? [] : [{ id, value }]))
    .toSorted((a, b) => sign * (a.value - b.value) || (a.id < b.id ? -1 : 1))
  let rank = 0
  return sorted.map(({ id, value }, i) => {
    if (value !== sorted[i - 1]?.value) rank = i + 1
    return { id, rank }
  })
}
