/** Where a series is going. */
export type Direction = 'increasing' | 'decreasing' | 'stable'

/** Of a trend: what its direction depends on. */
export interface Change {
  /** Change per window. */
  readonly slope: number
  /** Windows from the first point to the last. */
  readonly span: number
  readonly mean: number
  /** Mann–Kendall's S. */
  readonly s: number
}

/** A p-value from here on is no sign of a trend. */
export const significance = 0.05
/** A change over the range of less than this part of the mean is none. */
export const minRelativeChange = 0.01

/**
 * `increasing` or `decreasing` if the Mann–Kendall test says so at 5 % and the fitted line changes that
 * way by at least 1 % of the mean over the range; else `stable`. In a list of many trends `p` is the
 * adjusted one, see `falseDiscovery.ts`.
 */
export const direction = ({ slope, span, mean, s }: Change, p: number): Direction => {
  const change = slope * span
  const isLarge = Math.abs(change) >= minRelativeChange * Math.abs(mean)
  if (p >= significance || !isLarge || Math.sign(change) !== Math.sign(s)) return 'stable'
  return s > 0 ? 'increasing' : 'decreasing'
}
