import { directionsInList, type ListedDirection } from '@patterns/projections/analytics/directionsInList.ts'
import type { GrowthSpans } from '@patterns/projections/derived/growthSpans.ts'
import sql from 'sql-template-tag'
import type { Page, RankedPlace } from '../../values/page.ts'
import type { EmergenceType } from '../../values/trendTypes.ts'
import type { ListSnapshot } from '../lists/listReads.ts'
import { ofType, refuseUnknownType } from '../lists/ofType.ts'
import { placeColumns, rankedPage, selectRankedPage } from '../lists/rankedPage.ts'
import { mapPage } from '../lists/readPage.ts'
import { prepared } from '../lists/statement.ts'
import {
  emergenceOrder,
  type JudgedPattern,
  judgedPattern,
  type VerdictColumns,
  verdictColumns,
} from '../lists/verdicts.ts'
import { readPatternsWindows } from '../readPatternsWindows.ts'
import { computeLines } from './computeLines.ts'
import type { LineQuestion } from './lineQuestion.ts'
import { trendWindowRuns, windowsInOrder } from './patternSeries.ts'
import { type PatternTrend, patternTrend } from './patternTrends.ts'
import { trendColumnsOf } from './trendColumns.ts'

export interface EmergencesAsked {
  readonly type: EmergenceType
  readonly spans: GrowthSpans
  /** Over which windows the usage of each is shown. */
  readonly usage: LineQuestion
  readonly patternType: string | undefined
  readonly after: RankedPlace | undefined
  readonly limit: number
}

/** A pattern with the verdict on how its usage changed, and the course of it over both spans. */
export interface ListedEmergence extends JudgedPattern {
  readonly usage: PatternTrend
  /** The direction of the usage among all that are listed; undefined if it is not judged among others. */
  readonly listed: ListedDirection | undefined
}

/** The direction of the usage of each pattern that has enough windows, among those of all of them. */
const readUsageDirections = async (
  { database }: ListSnapshot,
  usage: LineQuestion,
  firstSeen: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, ListedDirection>> => {
  const lines = await computeLines(database, usage, firstSeen)
  const measured = [...lines].flatMap(([id, { line }]) =>
    line.status === 'measured' ? [{ id, ...line }] : [],
  )
  const directions = directionsInList(measured)
  return new Map(measured.map(({ id }, i) => [id, directions[i]!]))
}

/**
 * One page of the patterns with a usage that takes off or falls, the surest first, and how many there are on all pages.
 * @throws UnknownTypeError
 */
export const readEmergences = async (
  list: ListSnapshot,
  { type, spans, usage, patternType, after, limit }: EmergencesAsked,
): Promise<{ readonly page: Page<ListedEmergence, RankedPlace>; readonly patterns: number }> => {
  const { database, relation } = list
  const where = sql`${ofType(patternType)} and trend = ${type}`
  const all = await database.query<{ pattern_id: string; first_seen: Date }>(
    prepared(sql`select pattern_id, first_seen from ${relation} where ${where}`),
  )
  if (all.rows.length === 0) await refuseUnknownType(database, patternType)
  const directions = await readUsageDirections(
    list,
    usage,
    new Map(all.rows.map((row) => [row.pattern_id, row.first_seen.getTime()])),
  )
  const ranked = sql`select ${verdictColumns}, ${placeColumns(emergenceOrder)} from ${relation} where ${where}`
  const { rows } = await database.query<VerdictColumns>(
    prepared(selectRankedPage(emergenceOrder, ranked, after, limit)),
  )
  const page = rankedPage(emergenceOrder, rows, limit)
  const ids = page.items.map((row) => row.pattern_id)
  const runs = trendWindowRuns(usage, usage.now)
  const windows = await readPatternsWindows(database, ids, runs, trendColumnsOf('usage'))
  return {
    page: mapPage(page, (row) => {
      const pattern = judgedPattern(row, spans.current.from)
      const { id, firstSeen } = pattern
      const inOrder = windowsInOrder(windows.get(id) ?? [], usage.granularity)
      const course = patternTrend('usage', inOrder, usage, { firstSeen, now: usage.now })
      return { ...pattern, usage: course, listed: directions.get(id) }
    }),
    patterns: all.rows.length,
  }
}
