import type { Outcomes } from '@patterns/projections/measures/outcomes.ts'
import { raw, type Sql } from 'sql-template-tag'

/** A pattern as lists name it. */
export interface NamedPattern {
  readonly id: string
  readonly name: string | null
  readonly type: string | null
}

/** A pattern with its sums over a range. */
export interface SummedPattern extends NamedPattern {
  readonly outcomes: Outcomes
  readonly quality: { readonly count: number; readonly sum: number }
  readonly duration: { readonly count: number; readonly sumMs: number }
}

export interface NameColumns {
  readonly pattern_id: string
  readonly pattern_name: string | null
  readonly pattern_type: string | null
}

export interface SumColumns extends NameColumns, Outcomes {
  readonly quality_count: number
  readonly quality_sum: number
  readonly duration_count: number
  readonly duration_sum_ms: number
}

export const nameColumns: Sql = raw('pattern_id, pattern_name, pattern_type')

export const sumColumns: Sql = raw(
  `pattern_id, pattern_name, pattern_type, uses, successes, partial_successes, failures, errors,
   quality_count, quality_sum, duration_count, duration_sum_ms`,
)

export const namedPattern = ({ pattern_id, pattern_name, pattern_type }: NameColumns): NamedPattern => ({
  id: pattern_id,
  name: pattern_name,
  type: pattern_type,
})

export const summedPattern = (row: SumColumns): SummedPattern => ({
  ...namedPattern(row),
  outcomes: {
    uses: row.uses,
    successes: row.successes,
    partial_successes: row.partial_successes,
    failures: row.failures,
    errors: row.errors,
  },
  quality: { count: row.quality_count, sum: row.quality_sum },
  duration: { count: row.duration_count, sumMs: row.duration_sum_ms },
})
