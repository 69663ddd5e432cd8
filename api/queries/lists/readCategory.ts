import { categoryFigures, type CategoryFigures } from '@patterns/projections/analytics/benchmark.ts'
import { metrics, type MetricState } from '@patterns/projections/analytics/metric.ts'
import sql from 'sql-template-tag'
import type { ListSnapshot } from './listReads.ts'
import { type SumColumns, sumColumns, summedPattern } from './listRow.ts'
import { ofType } from './ofType.ts'
import { prepared } from './statement.ts'

/** What a pattern is compared with: the figures of all patterns of a type over a range. */
export interface Category {
  readonly type: string
  /** With and without observations in the range. */
  readonly patterns: number
  readonly figures: readonly CategoryFigures[]
  /** What each of its patterns has in the range. */
  readonly states: ReadonlyMap<string, MetricState>
}

/** Reads the sums of all patterns of a type. */
export const readCategory = async ({ database, relation }: ListSnapshot, type: string): Promise<Category> => {
  const { rows } = await database.query<SumColumns>(
    prepared(sql`select ${sumColumns} from ${relation} where ${ofType(type)}`),
  )
  const patterns = rows.map(summedPattern)
  return {
    type,
    patterns: rows.length,
    states: new Map(patterns.map((pattern) => [pattern.id, pattern])),
    figures: metrics.map((metric) => categoryFigures(metric, patterns)),
  }
}
