import { mean, median, sampleStandardDeviation } from 'simple-statistics'

/** The middle and the spread of one metric over several patterns. */
export interface ValueStatistics {
  readonly mean: number | null
  readonly median: number | null
  /** Sample standard deviation (n − 1); null below two values. */
  readonly standardDeviation: number | null
}

/** Over the patterns that have a value; null if too few have. */
export const valueStatistics = (values: readonly (number | null)[]): ValueStatistics => {
  const present = values.filter((value) => value !== null)
  return {
    mean: present.length === 0 ? null : mean(present),
    median: present.length === 0 ? null : median(present),
    standardDeviation: present.length < 2 ? null : sampleStandardDeviation(present),
  }
}
