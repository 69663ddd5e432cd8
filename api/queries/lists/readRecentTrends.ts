import type { Emergence } from '@patterns/projections/analytics/emergence.ts'
import sql, { join, raw } from 'sql-template-tag'
import type { ListSnapshot } from './listReads.ts'
import { ofType } from './ofType.ts'
import { prepared } from './statement.ts'
import {
  emergenceOrder,
  type JudgedPattern,
  judgedPattern,
  type VerdictColumns,
  verdictColumns,
} from './verdicts.ts'

/** The patterns with one kind of change in usage. */
export interface RecentTrend {
  readonly kind: Emergence['kind']
  readonly patterns: number
  /** The first few: the surest, and of the stable ones the most used. */
  readonly first: readonly JudgedPattern[]
}

const kinds = ['emerging', 'declining', 'stable'] as const

/**
 * Of the patterns of a type that were used in either of the two times that growth compares: how many take off, fall, and
 * do neither, and which first. `since` is where the later time begins, epoch milliseconds.
 */
export const readRecentTrends = async (
  { database, relation }: ListSnapshot,
  {
    patternType,
    since,
    limit,
  }: { readonly patternType: string | undefined; readonly since: number; readonly limit: number },
): Promise<readonly RecentTrend[]> => {
  const order = emergenceOrder.map((value) => sql`case when trend = 'stable' then 0 else ${value} end`)
  const { rows } = await database.query<VerdictColumns & { readonly patterns: number }>(
    prepared(sql`
select * from (
  select ${verdictColumns}, count(*) over (partition by trend) as patterns, row_number() over (
    partition by trend order by ${join(order)}, ${raw('closed_uses')} * (trend = 'stable')::int4 desc, pattern_id) as place
  from ${relation} where ${ofType(patternType)} and (closed_uses > 0 or previous_uses > 0)
) as placed
where place <= ${limit} order by place`),
  )
  return kinds.map((kind) => {
    const ofKind = rows.filter(({ trend }) => trend === kind)
    return {
      kind,
      patterns: ofKind[0]?.patterns ?? 0,
      first: ofKind.map((row) => judgedPattern(row, since)),
    }
  })
}
