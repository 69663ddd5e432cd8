import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import { growthRate } from '@patterns/projections/derived/growth.ts'
import { pageOf } from '../values/page.ts'
import type { ListedPattern } from '../totals/catalogue.ts'
import { usesAt } from '../totals/sums.ts'
import { nameOf } from './patternFields.ts'

const mostPopular = 10

/** A pattern with its uses in a range, and in the one before of the same length. */
export interface UsedPattern {
  readonly id: string
  readonly entry: CatalogueEntry
  readonly uses: number
  readonly previous: number
}

/** Uses and growth as answers show them. */
export const usageOf = ({ uses, previous }: Pick<UsedPattern, 'uses' | 'previous'>) => ({
  usage_count: uses,
  previous_usage_count: previous,
  growth_rate: growthRate(uses, previous),
})

/** Those of the patterns that were used in one of two ranges, by the sums over each. */
export const usedPatterns = (
  patterns: readonly ListedPattern[],
  now: Float64Array,
  before: Float64Array,
): readonly UsedPattern[] =>
  patterns
    .map(({ id, entry, pattern }) => ({
      id,
      // Entries change in place while more is read.
      entry: { ...entry },
      uses: usesAt(now, pattern),
      previous: usesAt(before, pattern),
    }))
    .filter(({ uses, previous }) => uses > 0 || previous > 0)

/** The ten that were used most. */
export const popularOf = (used: readonly UsedPattern[]) =>
  pageOf(
    used.filter(({ uses }) => uses > 0),
    { valueOf: ({ uses }) => uses, idOf: ({ id }) => id, descending: true, limit: mostPopular },
  ).items.map((one) => ({ ...nameOf(one.id, one.entry), ...usageOf(one) }))
