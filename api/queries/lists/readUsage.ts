import sql, { raw } from 'sql-template-tag'
import type { Page, PagePlace } from '../../values/page.ts'
import type { Order } from './keyset.ts'
import { type NameColumns, nameColumns, type NamedPattern, namedPattern } from './listRow.ts'
import type { ListSnapshot } from './listReads.ts'
import { ofType, refuseUnknownType } from './ofType.ts'
import { growthRatio } from './ratios.ts'
import { mapPage, readPage } from './readPage.ts'
import { prepared } from './statement.ts'

export interface UsageAsked {
  readonly patternType: string | undefined
  readonly sort: { readonly field: keyof typeof orders; readonly descending: boolean }
  readonly after: PagePlace | undefined
  readonly limit: number
}

/** How often something was used in a range, and in the two times that growth compares. */
export interface UsageSums {
  readonly uses: number
  readonly closedUses: number
  readonly previousUses: number
}

export interface UsedPattern extends NamedPattern, UsageSums {
  /** Epoch milliseconds. */
  readonly firstSeen: number
  readonly lastUsed: number | null
}

export interface Usage {
  readonly page: Page<UsedPattern>
  /** The ten most used. */
  readonly popular: readonly UsedPattern[]
  /** Patterns that were used in the range or in the times that growth compares. */
  readonly patterns: number
  /** Of all patterns together. */
  readonly total: UsageSums
  /** When the first of them was first seen, epoch milliseconds; null if there are none. */
  readonly firstSeen: number | null
}

const maxPopular = 10

const orders = {
  usage_count: { value: raw('uses'), type: 'float8' },
  growth_rate: { value: growthRatio, type: 'float8' },
  last_used: { value: raw('extract(epoch from last_used) * 1000'), type: 'float8' },
  pattern_name: { value: raw('pattern_name'), type: 'text' },
} as const satisfies Record<string, Omit<Order, 'descending'>>

interface UsageColumns extends NameColumns {
  readonly uses: number
  readonly closed_uses: number
  readonly previous_uses: number
  readonly first_seen: Date
  readonly last_used: Date | null
}

const columns = sql`${nameColumns}, uses, closed_uses, previous_uses, first_seen, last_used`
const wasUsed = raw('(uses > 0 or closed_uses > 0 or previous_uses > 0)')

const usedPattern = (row: UsageColumns): UsedPattern => ({
  ...namedPattern(row),
  uses: row.uses,
  closedUses: row.closed_uses,
  previousUses: row.previous_uses,
  firstSeen: row.first_seen.getTime(),
  lastUsed: row.last_used?.getTime() ?? null,
})

interface TotalRow {
  readonly known: number
  readonly patterns: number
  readonly uses: number
  readonly closed_uses: number
  readonly previous_uses: number
  readonly first_seen: Date | null
}

/**
 * One page of the patterns that were used, and all of them together.
 * @throws UnknownTypeError
 */
export const readUsage = async (
  { database, relation }: ListSnapshot,
  { patternType, sort, after, limit }: UsageAsked,
): Promise<Usage> => {
  const { rows } = await database.query<TotalRow>(
    prepared(sql`
select count(*) as known, count(*) filter (where ${wasUsed}) as patterns, coalesce(sum(uses), 0)::int8 as uses,
  coalesce(sum(closed_uses), 0)::int8 as closed_uses, coalesce(sum(previous_uses), 0)::int8 as previous_uses,
  min(first_seen) as first_seen
from ${relation} where ${ofType(patternType)}`),
  )
  const total = rows[0]!
  if (total.known === 0) await refuseUnknownType(database, patternType)
  const from = sql`${relation}`
  const page = await readPage<UsageColumns>(database, {
    columns,
    from,
    where: sql`${ofType(patternType)} and ${wasUsed}`,
    order: { ...orders[sort.field], descending: sort.descending },
    after,
    limit,
  })
  const popular = await readPage<UsageColumns>(database, {
    columns,
    from,
    where: sql`${ofType(patternType)} and uses > 0`,
    order: { ...orders.usage_count, descending: true },
    limit: maxPopular,
  })
  return {
    page: mapPage(page, usedPattern),
    popular: popular.items.map(usedPattern),
    patterns: total.patterns,
    total: { uses: total.uses, closedUses: total.closed_uses, previousUses: total.previous_uses },
    firstSeen: total.first_seen?.getTime() ?? null,
  }
}
