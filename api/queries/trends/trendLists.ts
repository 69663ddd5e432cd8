import { servedProjections, servedTables } from '@patterns/read-model/served.ts'
import { readVector } from '@patterns/read-model/reading/readVector.ts'
import { vectorText } from '@patterns/read-model/vector.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type pg from 'pg'
import sql, { join, raw, type Sql } from 'sql-template-tag'
import type { Turns } from '../turns.ts'
import { inSnapshot } from '../lists/inSnapshot.ts'
import type { Snapshot } from '../lists/lists.ts'
import { ofType } from '../lists/ofType.ts'
import { prepared } from '../lists/statement.ts'
import { type ProjectionHead, readHead } from '../live/projectionHead.ts'
import { computeLines } from './computeLines.ts'
import { type LineQuestion, storedSeries } from './lineQuestion.ts'
import { computedLines, type KeptLines, keptLines, namedLines, splitPatterns } from './linesRelation.ts'

export interface LinesAsked extends LineQuestion {
  /** Lines of patterns of this type are enough. Default: of all. */
  readonly patternType: string | undefined
}

/** The line of every pattern that was observed, as of a snapshot. */
export interface Lines extends Snapshot {
  /** One row for each, to select from in this snapshot or a later one; it is named `line`. */
  readonly relation: Sql
}

/** Reads the trend lines of all patterns: those that the processor keeps, else computed from the windows. */
export interface TrendLists {
  /** Whether kept lines answer for this. */
  isKept(asked: LineQuestion): boolean
  /** @throws TooBusyError if more lists are to be computed than can be in a while */
  read<Result>(asked: LinesAsked, work: (lines: Lines) => Promise<Result>): Promise<Result>
}

export interface TrendListsOptions {
  readonly pool: pg.Pool
  /** How far the kept lines are, as far as it is known. */
  readonly trends: () => ProjectionHead
  /** Lists that are not kept are computed in turn. */
  readonly sumTurns: Turns
}

/** If more patterns lie in several shards, the whole list is computed, in its turn. */
const maxSplit = 500

const readFirstSeen = async (database: Queryable, where: Sql): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await database.query<{ seen: [string, number][] | null }>(
    prepared(sql`select json_agg(json_build_array(pattern_id, extract(epoch from first_seen)::float8 * 1000)) as seen
      from ${raw(servedTables.openStandings)} where ${where}`),
  )
  return new Map(rows[0]!.seen)
}

export const createTrendLists = ({ pool, trends, sumTurns }: TrendListsOptions): TrendLists => {
  const isKept = (asked: LineQuestion): boolean => storedSeries(asked, trends().closedUntil) !== undefined

  /** Kept lines, and computed ones of the patterns that have several; undefined if these are too many. */
  const keptRelation = async (
    database: Queryable,
    asked: LinesAsked,
    kept: KeptLines,
  ): Promise<Sql | undefined> => {
    const { rows } = await database.query<{ pattern_id: string }>(prepared(splitPatterns(kept)))
    if (rows.length > maxSplit) return undefined
    const split = rows.map((row) => row.pattern_id)
    if (split.length === 0) return namedLines(keptLines(kept, split))
    const firstSeen = await readFirstSeen(database, sql`pattern_id = any(${split}::uuid[])`)
    const lines = computedLines(await computeLines(database, asked, firstSeen), asked.range.to)
    return namedLines(join([keptLines(kept, split), lines], ' union all '))
  }

  const readKept = <Result>(
    asked: LinesAsked,
    work: (lines: Lines) => Promise<Result>,
  ): Promise<{ readonly of: Result } | undefined> =>
    inSnapshot(pool, async (database) => {
      const { vector, closedUntil, text } = await readHead(database, servedProjections.trends)
      const series = storedSeries(asked, closedUntil)
      if (series === undefined) return undefined
      const kept = { series, metric: asked.metric, closedUntil: asked.range.to }
      const relation = await keptRelation(database, asked, kept)
      return relation && { of: await work({ database, relation, vector, text }) }
    })

  const readComputed: TrendLists['read'] = (asked, work) =>
    sumTurns(() =>
      inSnapshot(pool, async (database) => {
        const vector = await readVector(database, servedProjections.windows)
        const firstSeen = await readFirstSeen(database, ofType(asked.patternType))
        const lines = await computeLines(database, asked, firstSeen)
        const relation = namedLines(computedLines(lines, asked.range.to))
        return work({ database, relation, vector, text: vectorText(vector) })
      }),
    )

  return {
    isKept,
    async read(asked, work) {
      const kept = isKept(asked) ? await readKept(asked, work) : undefined
      return kept === undefined ? readComputed(asked, work) : kept.of
    },
  }
}
