import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'

type Figure = number | null

/** The figures of a line as JSON has them: a double's shortest digits that read back as the same bits. */
export type LineJson = readonly [
  points: number,
  ...line: readonly [Figure, Figure, Figure, Figure, Figure, Figure, Figure, Figure],
]

/** The columns of the figures of a line, with their types. All but the first are null if there are too few points. */
export const lineColumns = {
  points: 'int4',
  span: 'int4',
  slope: 'float8',
  intercept: 'float8',
  r_squared: 'float8',
  mean: 'float8',
  s: 'int4',
  variance: 'float8',
  p: 'float8',
} as const

/** The figures of a row with these columns as a JSON array, for `lineFromJson`. */
export const lineExpression = (alias: string): string =>
  `json_build_array(${Object.keys(lineColumns)
    .map((column) => `${alias}.${column}`)
    .join(', ')})`

/** The line that a row holds. */
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
