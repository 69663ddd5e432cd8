import sql, { raw } from 'sql-template-tag'
import type { ListSnapshot } from './listReads.ts'
import { type SumColumns, sumColumns, summedPattern, type SummedPattern } from './listRow.ts'
import { ofType } from './ofType.ts'
import { readPage } from './readPage.ts'

/** The patterns of a type that were used most, the most used first. */
export const readMostUsed = async (
  { database, relation }: ListSnapshot,
  patternType: string | undefined,
  limit: number,
): Promise<readonly SummedPattern[]> => {
  const { items } = await readPage<SumColumns>(database, {
    columns: sumColumns,
    from: relation,
    where: sql`${ofType(patternType)} and uses > 0`,
    order: { value: raw('uses'), type: 'float8', descending: true },
    limit: limit,
  })
  return items.map(summedPattern)
}
