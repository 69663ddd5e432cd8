import { mergedCatalogue } from '@patterns/read-model/reading/selectCatalogue.ts'
import { servedTables } from '@patterns/read-model/served.ts'
import sql, { raw, type Sql } from 'sql-template-tag'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { UnknownTypeError } from '../queryErrors.ts'
import { prepared } from './statement.ts'

/** Which patterns a list has: those of a type, or all. */
export const ofType = (patternType: string | undefined): Sql =>
  patternType === undefined ? sql`true` : sql`pattern_type = ${patternType}`

/**
 * To be asked if a list of a type is empty.
 * @throws UnknownTypeError if there are patterns, and none is of the type
 */
export const refuseUnknownType = async (
  database: Queryable,
  patternType: string | undefined,
): Promise<void> => {
  if (patternType === undefined) return
  const patterns = raw(`(${mergedCatalogue(servedTables)}) as patterns`)
  const { rows } = await database.query<{ is_unknown: boolean }>(
    prepared(sql`select exists (select from ${raw(servedTables.catalogue)})
      and not exists (select from ${patterns} where ${ofType(patternType)}) as is_unknown`),
  )
  if (rows[0]!.is_unknown) throw new UnknownTypeError(patternType)
}
