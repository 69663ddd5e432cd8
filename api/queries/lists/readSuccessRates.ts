import { adjustedSuccessRate, type RatePrior, ratePrior } from '@patterns/projections/derived/adjustedRate.ts'
import { minUsesForHighConfidence, rateCount } from '@patterns/projections/derived/successRate.ts'
import sql, { raw, type Sql } from 'sql-template-tag'
import type { Page, PagePlace } from '../../values/page.ts'
import type { Order } from './keyset.ts'
import { type SumColumns, sumColumns, summedPattern, type SummedPattern } from './listRow.ts'
import type { ListSnapshot } from './listReads.ts'
import { ofType, refuseUnknownType } from './ofType.ts'
import { qualityRatio, successRatio } from './ratios.ts'
import { mapPage, readPage } from './readPage.ts'
import { prepared } from './statement.ts'

export interface SuccessRatesAsked {
  readonly patternType: string | undefined
  /** Only patterns with at least so many uses. */
  readonly minSamples: number
  readonly sort: { readonly field: keyof typeof orders; readonly descending: boolean }
  readonly after: PagePlace | undefined
  readonly limit: number
}

export interface RatedPattern extends SummedPattern {
  /** Drawn towards the rate of its type, see `adjustedSuccessRate`; null without uses. */
  readonly adjustedRate: number | null
}

export interface SuccessRates {
  readonly page: Page<RatedPattern>
  readonly summary: RateSummary
}

/** Of all patterns with enough uses, whichever page is shown. */
export interface RateSummary {
  readonly patterns: number
  /** Unweighted mean over patterns. */
  readonly averageRate: number | null
  /** Over all uses together. */
  readonly overallRate: number | null
  readonly highConfidence: number
}

/** As `adjustedSuccessRate` computes it. */
const adjustedRatio = raw(
  '(successes + partial_successes + prior.alpha) / (nullif(uses, 0) + prior.alpha + prior.beta)',
)

const orders = {
  adjusted_success_rate: { value: adjustedRatio, type: 'float8' },
  success_rate: { value: successRatio, type: 'float8' },
  // Confidence follows from uses alone, and uses tell apart those with full confidence.
  confidence: { value: raw('uses'), type: 'float8' },
  usage_count: { value: raw('uses'), type: 'float8' },
  quality_score: { value: qualityRatio, type: 'float8' },
  pattern_name: { value: raw('pattern_name'), type: 'text' },
} as const satisfies Record<string, Omit<Order, 'descending'>>

interface TypeRow {
  readonly type: string | null
  readonly used: number
  readonly uses: number
  readonly successes: number
  readonly square_uses: number
  readonly square_successes: number
  readonly listed: number
  readonly listed_uses: number
  readonly listed_successes: number
  readonly rates: number
  readonly rate_sum: number
  readonly high_confidence: number
}

/** Of each type what its prior is learnt from, and what the summary adds up. */
const readTypes = async (
  { database, relation }: ListSnapshot,
  { patternType, minSamples }: SuccessRatesAsked,
): Promise<readonly TypeRow[]> => {
  const { rows } = await database.query<TypeRow>(
    prepared(sql`
select pattern_type as type, count(rate) as used, sum(uses)::float8 as uses, sum(successes)::float8 as successes,
  sum(uses::float8 * uses) as square_uses,
  coalesce(sum(successes::float8 * successes / nullif(uses, 0)), 0) as square_successes,
  count(*) filter (where is_listed) as listed,
  coalesce(sum(uses) filter (where is_listed), 0)::float8 as listed_uses,
  coalesce(sum(successes) filter (where is_listed), 0)::float8 as listed_successes,
  count(rate) filter (where is_listed) as rates,
  coalesce(sum(rate) filter (where is_listed), 0) as rate_sum,
  count(*) filter (where is_listed and uses >= ${minUsesForHighConfidence}) as high_confidence
from (
  select pattern_type, uses, successes + partial_successes as successes, ${successRatio} as rate,
    uses >= ${minSamples} as is_listed
  from ${relation} where ${ofType(patternType)}
) as patterns
group by pattern_type`),
  )
  return rows
}

const priorsOf = (types: readonly TypeRow[]): ReadonlyMap<string, RatePrior> =>
  new Map(
    types.map((row) => [
      row.type ?? '',
      ratePrior({
        patterns: row.used,
        uses: row.uses,
        successes: row.successes,
        squareUses: row.square_uses,
        squareSuccesses: row.square_successes,
      }),
    ]),
  )

const withPriors = (relation: Sql, priors: ReadonlyMap<string, RatePrior>): Sql => {
  const values = [...priors.values()]
  return sql`${relation} join unnest(${[...priors.keys()]}::text[], ${values.map(({ alpha }) => alpha)}::float8[],
    ${values.map(({ beta }) => beta)}::float8[]) as prior (type, alpha, beta) on prior.type = coalesce(list.pattern_type, '')`
}

const summaryOf = (types: readonly TypeRow[]): RateSummary => {
  const sum = (column: Exclude<keyof TypeRow, 'type'>): number =>
    types.reduce((total, row) => total + row[column], 0)
  const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
  return {
    patterns: sum('listed'),
    averageRate: ratio(sum('rate_sum'), sum('rates')),
    overallRate: ratio(sum('listed_successes'), sum('listed_uses')),
    highConfidence: sum('high_confidence'),
  }
}

/**
 * One page of the patterns with enough uses, and a summary of all of them.
 * @throws UnknownTypeError
 */
export const readSuccessRates = async (
  list: ListSnapshot,
  asked: SuccessRatesAsked,
): Promise<SuccessRates> => {
  const { patternType, minSamples, sort, after, limit } = asked
  const types = await readTypes(list, asked)
  if (types.length === 0) await refuseUnknownType(list.database, patternType)
  const priors = priorsOf(types)
  const page = await readPage<SumColumns>(list.database, {
    columns: sumColumns,
    from: withPriors(list.relation, priors),
    where: sql`${ofType(patternType)} and uses >= ${minSamples}`,
    order: { ...orders[sort.field], descending: sort.descending },
    after,
    limit,
  })
  return {
    page: mapPage(page, (row) => {
      const pattern = summedPattern(row)
      const prior = priors.get(pattern.type ?? '')!
      return { ...pattern, adjustedRate: adjustedSuccessRate(rateCount(pattern.outcomes), prior) }
    }),
    summary: summaryOf(types),
  }
}
