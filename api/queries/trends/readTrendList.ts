import type { Direction } from '@patterns/projections/analytics/direction.ts'
import type { ListedDirection } from '@patterns/projections/analytics/directionsInList.ts'
import type { TrendLine } from '@patterns/projections/analytics/trendLine.ts'
import { lineExpression, lineFromJson, type LineJson } from '@patterns/read-model/reading/selectLines.ts'
import sql, { raw } from 'sql-template-tag'
import { mapPage } from '../lists/readPage.ts'
import type { Page, RankedPlace } from '../../values/page.ts'
import { type NameColumns, type NamedPattern, namedPattern } from '../lists/listRow.ts'
import { ofType, refuseUnknownType } from '../lists/ofType.ts'
import { placeColumns, rankedOrder, rankedPage, type Ranking, selectRankedPage } from '../lists/rankedPage.ts'
import { prepared } from '../lists/statement.ts'
import { judgedColumns, judgedLines } from './judgedLines.ts'
import type { StartedLine } from './startedLine.ts'
import type { LinesSnapshot } from './lineReads.ts'

export interface TrendListAsked {
  readonly patternType: string | undefined
  readonly direction: Direction | undefined
  readonly after: RankedPlace | undefined
  readonly limit: number
}

/** A pattern with its line, and the verdict on it among all that are listed. */
export interface ListedLine extends NamedPattern, ListedDirection, StartedLine<TrendLine> {
  /** Epoch milliseconds. */
  readonly firstSeen: number
  /** The end of the last window looked at, epoch milliseconds. */
  readonly closedUntil: number
  /** The position that its windows were as of when the processor computed it; null if it was computed now. */
  readonly position: number | null
}

export interface TrendList {
  readonly page: Page<ListedLine, RankedPlace>
  /** On all pages. */
  readonly measured: number
  /** Patterns that were observed in too few windows. */
  readonly insufficient: number
}

interface ListRow extends NameColumns {
  readonly first_seen: Date
  readonly closed_until: Date
  readonly position: number | null
  readonly start: Date
  readonly line: LineJson
  readonly adjusted_p: number
  readonly direction: Direction
}

interface CountRow {
  readonly known: number
  readonly measured: number
  readonly insufficient: number
}

/** Those that move first, the surest before others, then the fastest for their mean. */
const ranking: Ranking = [
  sql`case when direction = 'stable' then 1 else 0 end`,
  sql`p`,
  sql`case when mean = 0 then 0 else -abs(slope / mean) end`,
]

const listedLine = (row: ListRow): ListedLine => ({
  ...namedPattern(row),
  start: row.start.getTime(),
  line: lineFromJson(row.line) as TrendLine,
  firstSeen: row.first_seen.getTime(),
  closedUntil: row.closed_until.getTime(),
  position: row.position,
  adjustedP: row.adjusted_p,
  direction: row.direction,
})

/**
 * One page of trends, and how many there are on all pages. Directions are judged among all lines of the type; which of
 * them are asked for comes after.
 * @throws UnknownTypeError
 */
export const readTrendList = async (
  { database, relation }: LinesSnapshot,
  { patternType, direction, after, limit }: TrendListAsked,
): Promise<TrendList> => {
  const wanted = direction === undefined ? sql`true` : sql`direction = ${direction}`
  const { rows } = await database.query<CountRow & (ListRow | { readonly pattern_id: null })>(
    prepared(sql`
with lines as materialized (select * from ${relation} where ${ofType(patternType)}),
judged as materialized (
  select pattern_id, adjusted_p, direction, ${placeColumns(ranking)}
  from (${judgedLines(sql`(select pattern_id, ${raw(judgedColumns)} from lines) as narrow`)}) as judged where ${wanted}
)
select known, measured, insufficient, page.*, pattern_name, pattern_type, first_seen, closed_until, position, start,
  ${raw(lineExpression('lines'))} as line
from (
  select (select count(*) from lines) as known, (select count(*) from judged) as measured,
    (select count(*) from lines where p is null and points > 0) as insufficient
) as counts left join (${selectRankedPage(ranking, sql`select * from judged`, after, limit)}) as page on true
left join lines using (pattern_id) order by ${rankedOrder(ranking, 'page')}`),
  )
  const { known, measured, insufficient } = rows[0]!
  if (known === 0) await refuseUnknownType(database, patternType)
  const page = rankedPage(
    ranking,
    rows.filter((row) => row.pattern_id !== null),
    limit,
  )
  return { page: mapPage(page, listedLine), measured, insufficient }
}
