import sql, { type Sql } from 'sql-template-tag'
import type { Page, PagePlace } from '../../values/page.ts'
import type { ListSnapshot } from './listReads.ts'
import { type NameColumns, nameColumns, type NamedPattern, namedPattern } from './listRow.ts'
import { ofType, refuseUnknownType } from './ofType.ts'
import { qualityRatio } from './ratios.ts'
import { mapPage, readPage } from './readPage.ts'
import { prepared } from './statement.ts'

export interface QualityAsked {
  readonly patternType: string | undefined
  /** Only patterns with a mean score of at least this, 0…1. */
  readonly minQuality: number
  readonly after: PagePlace | undefined
  readonly limit: number
}

export interface ScoredPattern extends NamedPattern {
  /** Epoch milliseconds. */
  readonly firstSeen: number
}

type ListedBy = Pick<QualityAsked, 'patternType' | 'minQuality'>

const isListed = ({ patternType, minQuality }: ListedBy): Sql =>
  sql`${ofType(patternType)} and ${qualityRatio} >= ${minQuality}::float8`

/** Selects the ids of the patterns on all pages. */
export const scoredPatterns = ({ relation }: ListSnapshot, asked: ListedBy): Sql =>
  sql`select pattern_id from ${relation} where ${isListed(asked)}`

/**
 * One page of the patterns with a score, the best first, and how many there are on all pages.
 * @throws UnknownTypeError
 */
export const readQualityList = async (
  { database, relation }: ListSnapshot,
  asked: QualityAsked,
): Promise<{ readonly page: Page<ScoredPattern>; readonly patterns: number }> => {
  const { patternType, after, limit } = asked
  const where = isListed(asked)
  const { rows } = await database.query<{ patterns: number }>(
    prepared(sql`select count(*) as patterns from ${relation} where ${where}`),
  )
  const { patterns } = rows[0]!
  if (patterns === 0) await refuseUnknownType(database, patternType)
  const page = await readPage<NameColumns & { readonly first_seen: Date }>(database, {
    columns: sql`${nameColumns}, first_seen`,
    from: relation,
    where,
    order: { value: qualityRatio, type: 'float8', descending: true },
    after,
    limit,
  })
  return {
    page: mapPage(page, (row) => ({ ...namedPattern(row), firstSeen: row.first_seen.getTime() })),
    patterns,
  }
}
