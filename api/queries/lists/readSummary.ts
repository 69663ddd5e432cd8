import sql, { raw } from 'sql-template-tag'
import type { ListSnapshot } from './listReads.ts'
import { ofType, refuseUnknownType } from './ofType.ts'
import { qualityRatio, successRatio } from './ratios.ts'
import { prepared } from './statement.ts'

/** Unweighted means over patterns beside pooled figures over all their events: they differ, and both matter. */
export interface Summary {
  readonly patterns: number
  readonly activePatterns: number
  readonly uses: number
  readonly averageSuccessRate: number | null
  readonly overallSuccessRate: number | null
  readonly averageQuality: number | null
  readonly overallQuality: number | null
  /** How many patterns' mean scores lie in each fifth of 0…1, the lowest first. */
  readonly qualityFifths: readonly number[]
}

interface SummaryRow {
  readonly patterns: number
  readonly active: number
  readonly uses: number
  readonly average_rate: number | null
  readonly overall_rate: number | null
  readonly average_quality: number | null
  readonly overall_quality: number | null
  readonly fifths: readonly number[]
}

const fifths = [0, 1, 2, 3, 4]

/**
 * Which fifth of 0…1 a mean score lies in, null without one; decided on the integers, so none falls on a wrong side. 1 is
 * in the last. `least` alone would pass over a null.
 */
const fifth = 'case when quality_count > 0 then least(quality_sum / (200000 * quality_count), 4) end'

/**
 * All patterns of a type at a glance.
 * @throws UnknownTypeError
 */
export const readSummary = async (
  { database, relation }: ListSnapshot,
  patternType: string | undefined,
): Promise<Summary> => {
  const { rows } = await database.query<SummaryRow>(
    prepared(sql`
select count(*) as patterns, count(*) filter (where uses > 0) as active, coalesce(sum(uses), 0)::int8 as uses,
  avg(${successRatio}) as average_rate,
  sum(successes + partial_successes)::float8 / nullif(sum(uses), 0)::float8 as overall_rate,
  avg(${qualityRatio}) as average_quality,
  sum(quality_sum)::float8 / nullif(sum(quality_count), 0)::float8 / 1000000 as overall_quality,
  array[${raw(fifths.map((one) => `count(*) filter (where ${fifth} = ${one})`).join(', '))}]::int4[] as fifths
from ${relation} where ${ofType(patternType)}`),
  )
  const row = rows[0]!
  if (row.patterns === 0) await refuseUnknownType(database, patternType)
  return {
    patterns: row.patterns,
    activePatterns: row.active,
    uses: row.uses,
    averageSuccessRate: row.average_rate,
    overallSuccessRate: row.overall_rate,
    averageQuality: row.average_quality,
    overallQuality: row.overall_quality,
    qualityFifths: row.fifths,
  }
}
