import { servedTables } from '@patterns/read-model/served.ts'
import sql, { raw, type Sql } from 'sql-template-tag'
import type { Page, PagePlace } from '../../values/page.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { Order } from './keyset.ts'
import { type NameColumns, nameColumns, type NamedPattern, namedPattern } from './listRow.ts'
import { ofType, refuseUnknownType } from './ofType.ts'
import { mapPage, readPage } from './readPage.ts'
import { prepared } from './statement.ts'

export interface PatternsAsked {
  readonly search: string | undefined
  readonly patternType: string | undefined
  readonly sort: { readonly field: keyof typeof orders; readonly descending: boolean }
  readonly after: PagePlace | undefined
  readonly limit: number
}

/** A pattern of the catalogue; times in epoch milliseconds. */
export interface SeenPattern extends NamedPattern {
  readonly firstSeen: number
  readonly lastSeen: number
  readonly lastUsed: number | null
}

const time = (column: string): Omit<Order, 'descending'> => ({
  value: raw(`extract(epoch from ${column}) * 1000`),
  type: 'float8',
})

const orders = {
  pattern_name: { value: raw('pattern_name'), type: 'text' },
  pattern_type: { value: raw('pattern_type'), type: 'text' },
  first_seen: time('first_seen'),
  last_seen: time('last_seen'),
  last_used: time('last_used'),
} as const satisfies Record<string, Omit<Order, 'descending'>>

interface SeenColumns extends NameColumns {
  readonly first_seen: Date
  readonly last_seen: Date
  readonly last_used: Date | null
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether an id begins with a text, as a range of ids: the primary key finds those. */
const beginsWith = (text: string): Sql => {
  const filled = (digit: string): string =>
    text + '00000000-0000-0000-0000-000000000000'.replaceAll('0', digit).slice(text.length)
  const [first, last] = [filled('0'), filled('f')]
  return uuidForm.test(first) ? sql`pattern_id between ${first}::uuid and ${last}::uuid` : sql`false`
}

/** Part of a name in any case, found by trigrams; or the beginning of an id. */
const matches = (search: string | undefined): Sql => {
  if (search === undefined) return sql`true`
  const wanted = search.toLowerCase()
  const pattern = `%${wanted.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  return sql`(search_name like ${pattern} or ${beginsWith(wanted)})`
}

/**
 * One page of the catalogue, and how many patterns there are on all pages.
 * @throws UnknownTypeError
 */
export const readCatalogue = async (
  database: Queryable,
  { search, patternType, sort, after, limit }: PatternsAsked,
): Promise<{ readonly page: Page<SeenPattern>; readonly patterns: number }> => {
  const from = raw(servedTables.openStandings)
  const where = sql`${ofType(patternType)} and ${matches(search)}`
  const { rows } = await database.query<{ patterns: number }>(
    prepared(sql`select count(*) as patterns from ${from} where ${where}`),
  )
  const { patterns } = rows[0]!
  if (patterns === 0) await refuseUnknownType(database, patternType)
  const page = await readPage<SeenColumns>(database, {
    columns: sql`${nameColumns}, first_seen, last_seen, last_used`,
    from,
    where,
    order: { ...orders[sort.field], descending: sort.descending },
    after,
    limit,
  })
  return {
    page: mapPage(page, (row) => ({
      ...namedPattern(row),
      firstSeen: row.first_seen.getTime(),
      lastSeen: row.last_seen.getTime(),
      lastUsed: row.last_used?.getTime() ?? null,
    })),
    patterns,
  }
}
