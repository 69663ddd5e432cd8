import { type Change, type Direction, direction } from './direction.ts'
import { benjaminiHochberg } from './falseDiscovery.ts'

/** The verdict on one series of a list. */
export interface ListedDirection {
  readonly direction: Direction
  /** The p-value of the Mann–Kendall test, adjusted for the length of the list. */
  readonly adjustedP: number
}

/**
 * The directions of many series together, in their order. Of 10,000 patterns without any trend, 500 would
 * pass a test at 5 % one by one; here at most 5 % of those called moving are expected to be still.
 */
export const directionsInList = (
  changes: readonly (Change & { readonly p: number })[],
): ListedDirection[] => {
  const adjusted = benjaminiHochberg(changes.map(({ p }) => p))
  return changes.map((change, i) => ({ direction: direction(change, adjusted[i]!), adjustedP: adjusted[i]! }))
}
