import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import { pageOf } from '../values/page.ts'
import type { ListedPattern } from '../totals/catalogue.ts'
import { usesAt } from '../totals/sums.ts'
import { type UsageCounts, usageOf } from './growthFields.ts'
import { nameOf } from './patternFields.ts'

const mostPopular = 10

/** A pattern with its uses in a range, and in the times that growth compares. */
export interface UsedPattern extends UsageCounts {
  readonly id: string
  readonly entry: CatalogueEntry
}

/** Sums over a range, by pattern number. */
export interface UsageSums {
  readonly range: Float64Array
  /** Undefined if no hour of the range has closed. */
  readonly growth: { readonly current: Float64Array; readonly previous: Float64Array } | undefined
}

/** Those of the patterns that were used in a range, or in one of the times that growth compares. */
export const usedPatterns = (
  patterns: readonly ListedPattern[],
  { range, growth }: UsageSums,
): readonly UsedPattern[] =>
  patterns
    .map(({ id, entry, pattern }) => ({
      id,
      // Entries change in place while more is read.
      entry: { ...entry },
      uses: usesAt(range, pattern),
      closedUses: growth === undefined ? 0 : usesAt(growth.current, pattern),
      previousUses: growth === undefined ? 0 : usesAt(growth.previous, pattern),
    }))
    .filter(wasUsed)

export const wasUsed = ({ uses, closedUses, previousUses }: UsageCounts): boolean =>
  uses > 0 || closedUses > 0 || previousUses > 0

/** The ten that were used most. */
export const popularOf = (used: readonly UsedPattern[]) =>
  pageOf(
    used.filter(({ uses }) => uses > 0),
    { valueOf: ({ uses }) => uses, idOf: ({ id }) => id, descending: true, limit: mostPopular },
  ).items.map((one) => ({ ...nameOf(one.id, one.entry), ...usageOf(one) }))
