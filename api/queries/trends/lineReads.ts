import { splitPatternIds } from '@patterns/event-log/postgres/splitPatternIds.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import { readVector } from '@patterns/read-model/reading/readVector.ts'
import { vectorText } from '@patterns/read-model/vector.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type pg from 'pg'
import sql, { join, raw, type Sql } from 'sql-template-tag'
import type { ConcurrencyLimit } from '../concurrencyLimit.ts'
import { inSnapshot } from '../lists/inSnapshot.ts'
import type { Snapshot } from '../lists/listReads.ts'
import { namesRelation } from '../lists/namesRelation.ts'
import { ofType } from '../lists/ofType.ts'
import { prepared } from '../lists/statement.ts'
import { type ProjectionProgress, readProgress } from '../live/projectionProgress.ts'
import { computeLines } from './computeLines.ts'
import { type LineQuestion, storedSeries } from './lineQuestion.ts'
import { selectComputedLines, type StoredLines, selectStoredLines, namedLines } from './linesRelation.ts'

export interface LinesAsked extends LineQuestion {
  /** Lines of patterns of this type are enough. Default: of all. */
  readonly patternType: string | undefined
}

/** The line of every pattern that was observed, as of a snapshot. */
export interface LinesSnapshot extends Snapshot {
  /** One row for each, to select from in this snapshot or a later one; it is named `line`. */
  readonly relation: Sql
  /** The same without what patterns are called. */
  readonly unnamed: Sql
}

/** Reads the trend lines of all patterns: those that the processor stores, else computed from the windows. */
export interface LineReads {
  /** Whether stored lines answer for this. */
  isStored(asked: LineQuestion): boolean
  /** @throws TooBusyError if too many wait for lines to be computed */
  read<Result>(asked: LinesAsked, work: (lines: LinesSnapshot) => Promise<Result>): Promise<Result>
}

export interface LineReadsOptions {
  readonly pool: pg.Pool
  /** How far the stored lines are, as far as we know. */
  readonly trends: () => ProjectionProgress
  /** Lines that are not stored are computed a few lists at a time. */
  readonly sumLimit: ConcurrencyLimit
}

/** If more patterns lie in several shards, the whole list is computed. */
const maxSplit = 500

/** When patterns were first seen, by id, epoch milliseconds; `patterns` is a relation that has them. */
const readFirstSeen = async (database: Queryable, patterns: Sql): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await database.query<{ seen: [string, number][] | null }>(
    prepared(sql`select json_agg(json_build_array(pattern_id, extract(epoch from first_seen)::float8 * 1000)) as seen
      from ${patterns}`),
  )
  return new Map(rows[0]!.seen)
}

const relationsOf = (lines: Sql, names: Sql): Pick<LinesSnapshot, 'relation' | 'unnamed'> => ({
  relation: namedLines(lines, names),
  unnamed: sql`(${lines}) as line`,
})

export const createLineReads = ({ pool, trends, sumLimit }: LineReadsOptions): LineReads => {
  const isStored = (asked: LineQuestion): boolean => storedSeries(asked, trends().closedUntil) !== undefined

  /** Stored lines, and computed ones of the patterns that have several; undefined if these are too many. */
  const selectStored = async (
    database: Queryable,
    asked: LinesAsked,
    stored: StoredLines,
    names: Sql,
  ): Promise<Sql | undefined> => {
    const split = await readFirstSeen(
      database,
      sql`(select pattern_id, first_seen from ${names}
        where pattern_id = any(array(${raw(splitPatternIds)})) and ${ofType(asked.patternType)} limit ${maxSplit + 1}) as split`,
    )
    if (split.size > maxSplit) return undefined
    const whole = selectStoredLines(stored, [...split.keys()])
    if (split.size === 0) return whole
    const computed = selectComputedLines(await computeLines(database, asked, split), asked.range.to)
    return join([whole, computed], ' union all ')
  }

  const readStored = <Result>(
    asked: LinesAsked,
    work: (lines: LinesSnapshot) => Promise<Result>,
  ): Promise<{ readonly of: Result } | undefined> =>
    inSnapshot(pool, async (database) => {
      const { vector, closedUntil, text } = await readProgress(database, servedProjections.trends)
      const series = storedSeries(asked, closedUntil)
      if (series === undefined) return undefined
      const stored = { series, metric: asked.metric, closedUntil: asked.range.to }
      const names = await namesRelation(database, vector)
      const lines = await selectStored(database, asked, stored, names)
      return lines && { of: await work({ database, ...relationsOf(lines, names), vector, text }) }
    })

  const readComputed: LineReads['read'] = (asked, work) =>
    sumLimit(() =>
      inSnapshot(pool, async (database) => {
        const vector = await readVector(database, servedProjections.windows)
        const names = await namesRelation(database, vector)
        const ofThatType = sql`(select * from ${names} where ${ofType(asked.patternType)}) as listed`
        const firstSeen = await readFirstSeen(database, ofThatType)
        const computed = await computeLines(database, asked, firstSeen)
        const lines = selectComputedLines(computed, asked.range.to)
        return work({ database, ...relationsOf(lines, names), vector, text: vectorText(vector) })
      }),
    )

  return {
    isStored,
    async read(asked, work) {
      const stored = isStored(asked) ? await readStored(asked, work) : undefined
      return stored === undefined ? readComputed(asked, work) : stored.of
    },
  }
}
