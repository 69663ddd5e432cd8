import { adjustedSuccessRate, type RatePrior, ratePrior } from '@patterns/projections/derived/adjustedRate.ts'
import type { CatalogueEntry } from '@patterns/projections/catalogue.ts'
import type { ListedPattern } from './catalogue.ts'
import { rateCountOf, type Sums, sumsAt } from './sums.ts'

/** A pattern with its sums over a range. */
export interface Standing {
  readonly id: string
  readonly entry: CatalogueEntry
  readonly sums: Sums
}

/** The sums of each of these patterns. */
export const standingsOf = (
  patterns: readonly ListedPattern[],
  { values }: { readonly values: Float64Array },
): Standing[] => patterns.map(({ id, entry, pattern }) => ({ id, entry, sums: sumsAt(values, pattern) }))

const typeOf = ({ entry }: Standing): string | null => entry.patternType?.value ?? null

/** What draws a pattern's rate towards its category: learnt from all patterns of each type over the range. */
export const priorsByType = (standings: readonly Standing[]): ReadonlyMap<string | null, RatePrior> =>
  new Map(
    [...Map.groupBy(standings, typeOf)].map(([type, ofType]) => [
      type,
      ratePrior(ofType.map(({ sums }) => rateCountOf(sums))),
    ]),
  )

/** The rate to rank by: few uses count for little. Null without uses. */
export const adjustedRateOf = (
  standing: Standing,
  priors: ReadonlyMap<string | null, RatePrior>,
): number | null => adjustedSuccessRate(rateCountOf(standing.sums), priors.get(typeOf(standing))!)
