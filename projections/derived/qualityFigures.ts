import { type Quality, squareSum } from '../measures/quality.ts'

/** What is said of the quality of a window or a range, in 0…1 units. */
export interface QualityFigures {
  readonly sampleSize: number
  readonly average: number | null
  /** Sample standard deviation (n − 1); null below two scores. */
  readonly stddev: number | null
  readonly minimum: number | null
  readonly maximum: number | null
}

const unit = 1_000_000

const toUnit = (millionths: number | null): number | null => (millionths === null ? null : millionths / unit)

/** The mean score, 0…1; null without scores. */
export const qualityAverage = ({ count, sum }: Pick<Quality, 'count' | 'sum'>): number | null =>
  count === 0 ? null : sum / count / unit

/**
 * The sample variance (n − 1) of the scores, in 0…1 units squared; null below two scores.
 *
 * (n·Σx² − (Σx)²) / (n·(n − 1)) loses all digits to cancellation in floating point if the scores are
 * close together (Chan, Golub, LeVeque 1983, "Algorithms for computing the sample variance"). Here the sums
 * are integers and the numerator is exact, so only the last division rounds.
 */
export const qualityVariance = (quality: Quality): number | null => {
  if (quality.count < 2) return null
  const count = BigInt(quality.count)
  const sum = BigInt(quality.sum)
  const numerator = count * squareSum(quality) - sum * sum
  return Number(numerator) / Number(count * (count - 1n)) / unit / unit
}

/** Average, spread and extremes of the scores; null if there are too few of them. */
export const qualityFigures = (quality: Quality): QualityFigures => {
  const variance = qualityVariance(quality)
  return {
    sampleSize: quality.count,
    average: qualityAverage(quality),
    stddev: variance === null ? null : Math.sqrt(variance),
    minimum: toUnit(quality.min),
    maximum: toUnit(quality.max),
  }
}
