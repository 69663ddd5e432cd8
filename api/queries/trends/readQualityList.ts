import type { Direction } from '@patterns/projections/analytics/direction.ts'
import type { InsufficientData, TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { lineExpression, lineFromJson, type LineJson } from '@patterns/read-model/reading/selectLines.ts'
import sql, { raw, type Sql } from 'sql-template-tag'
import type { Page, PagePlace } from '../../values/page.ts'
import { isAfter, type Order, orderBy, sortValue } from '../lists/keyset.ts'
import type { ListSnapshot } from '../lists/listReads.ts'
import { type NameColumns, nameColumns, type NamedPattern, namedPattern } from '../lists/listRow.ts'
import { ofType, refuseUnknownType } from '../lists/ofType.ts'
import { qualityRatio } from '../lists/ratios.ts'
import { mapPage, pageOf, type SortedRow } from '../lists/readPage.ts'
import { prepared } from '../lists/statement.ts'
import { judgedColumns, judgedLines } from './judgedLines.ts'

export interface QualityAsked {
  readonly patternType: string | undefined
  /** Only patterns whose mean score is at least this, 0…1. */
  readonly minQuality: number
  /** The lines of the quality of patterns, as a relation named `line`. */
  readonly lines: Sql
  readonly after: PagePlace | undefined
  readonly limit: number
}

/** A line with the verdict on it. */
export type DirectedLine = (TrendLine & { readonly direction: Direction }) | InsufficientData

export interface ScoredPattern extends NamedPattern {
  /** Epoch milliseconds. */
  readonly firstSeen: number
  /** Judged among those of all patterns that are listed; undefined if the quality was not observed. */
  readonly line: DirectedLine | undefined
}

interface ScoredRow extends NameColumns, SortedRow {
  readonly first_seen: Date
  readonly line: LineJson | null
  readonly direction: Direction | null
}

interface CountRow {
  readonly patterns: number
}

const order: Order = { value: qualityRatio, type: 'float8', descending: true }

const directedLine = ({ line: json, direction }: ScoredRow): DirectedLine | undefined => {
  if (json === null) return undefined
  const line = lineFromJson(json)
  return line.status === 'measured' ? { ...line, direction: direction! } : line
}

/**
 * One page of the patterns with a score, the best first, and how many there are on all pages. In one statement, so that
 * the sums of all patterns are read once for the page, the count and the directions.
 * @throws UnknownTypeError
 */
export const readQualityList = async (
  { database, relation }: ListSnapshot,
  { patternType, minQuality, lines, after, limit }: QualityAsked,
): Promise<{ readonly page: Page<ScoredPattern>; readonly patterns: number }> => {
  const { rows } = await database.query<CountRow & (ScoredRow | { readonly pattern_id: null })>(
    prepared(sql`
with listed as materialized (
  select ${nameColumns}, first_seen, ${sortValue(order)} from ${relation}
  where ${ofType(patternType)} and ${qualityRatio} >= ${minQuality}::float8
),
lines as materialized (select line.* from ${lines} join listed using (pattern_id)),
judged as (
  select pattern_id, direction
  from (${judgedLines(sql`(select pattern_id, ${raw(judgedColumns)} from lines) as narrow`)}) as judged
)
select patterns, page.*, case when lines.points is not null then ${raw(lineExpression('lines'))} end as line, direction
from (select count(*) as patterns from listed) as counts
left join (select * from listed where ${isAfter(order, after)} ${orderBy(order)} limit ${limit + 1}) as page on true
left join lines using (pattern_id) left join judged using (pattern_id) ${orderBy(order)}`),
  )
  const { patterns } = rows[0]!
  if (patterns === 0) await refuseUnknownType(database, patternType)
  const page = pageOf(
    rows.filter((row) => row.pattern_id !== null),
    limit,
  )
  return {
    page: mapPage(page, (row) => ({
      ...namedPattern(row),
      firstSeen: row.first_seen.getTime(),
      line: directedLine(row),
    })),
    patterns,
  }
}
