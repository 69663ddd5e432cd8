import type { Emergence } from '@patterns/projections/analytics/emergence.ts'
import { growthRate } from '@patterns/projections/derived/growth.ts'
import sql, { raw, type Sql } from 'sql-template-tag'
import { type NameColumns, nameColumns, type NamedPattern, namedPattern } from './listRow.ts'

/** A pattern with the verdict on how its usage changed. */
export interface JudgedPattern extends NamedPattern {
  readonly verdict: Emergence
  /** Epoch milliseconds. */
  readonly firstSeen: number
}

export interface VerdictColumns extends NameColumns {
  readonly first_seen: Date
  readonly closed_uses: number
  readonly previous_uses: number
  readonly trend: Emergence['kind']
  readonly probability: number
}

export const verdictColumns: Sql = sql`${nameColumns}, first_seen, closed_uses, previous_uses, trend, probability`

/** The order of `compareEmergence`: the surest first, then by growth (growth from nothing comes first), then by uses. Numbers of a cursor are finite. */
export const emergenceOrder: readonly Sql[] = [
  raw('-probability'),
  raw(`-coalesce(abs(closed_uses - previous_uses)::float8 / nullif(previous_uses, 0), ${Number.MAX_VALUE})`),
  raw('-greatest(closed_uses, previous_uses)::float8'),
]

/** A row with its verdict; `since` is where the later of the two times begins, epoch milliseconds. */
export const judgedPattern = (row: VerdictColumns, since: number): JudgedPattern => {
  const firstSeen = row.first_seen.getTime()
  return {
    ...namedPattern(row),
    firstSeen,
    verdict: {
      kind: row.trend,
      probability: row.probability,
      growth: growthRate(row.closed_uses, row.previous_uses),
      current: row.closed_uses,
      previous: row.previous_uses,
      isNew: row.previous_uses === 0 && firstSeen >= since,
    },
  }
}
