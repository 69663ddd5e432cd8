import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'

type Figure = number | null

/** The figures of a line as JSON has them: a double's shortest digits that read back as the same bits. */
export type LineJson = readonly [
  points: number,
  ...line: readonly [Figure, Figure, Figure, Figure, Figure, Figure, Figure, Figure],
]

const columns = ['points', 'span', 'slope', 'intercept', 'r_squared', 'mean', 's', 'variance', 'p']

/** The figures of a row of the table of trends as a JSON array, for `lineFromJson`. */
export const lineExpression = (alias: string): string =>
  `json_build_array(${columns.map((column) => `${alias}.${column}`).join(', ')})`

/** The line that a row of the table of trends holds. */
export const lineFromJson = ([points, ...line]: LineJson): TrendLine | InsufficientData => {
  const [span, slope, intercept, rSquared, mean, s, variance, p] = line
  if (slope === null) return { status: 'insufficient_data', points }
  return {
    status: 'measured',
    points,
    span: span!,
    slope,
    intercept: intercept!,
    rSquared,
    mean: mean!,
    s: s!,
    variance: variance!,
    p: p!,
  }
}
