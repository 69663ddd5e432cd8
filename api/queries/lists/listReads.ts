import type { EmergenceLimits } from '@patterns/projections/analytics/emergence.ts'
import { findStanding, type StandingRange } from '@patterns/projections/standings/standingRange.ts'
import { readVector } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections, servedTables } from '@patterns/read-model/served.ts'
import { type Vector, vectorText } from '@patterns/read-model/vector.ts'
import type pg from 'pg'
import type { Sql } from 'sql-template-tag'
import { type ProjectionProgress, readProgress } from '../live/projectionProgress.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { ConcurrencyLimit } from '../concurrencyLimit.ts'
import { NotMadeYetError } from '../queryErrors.ts'
import { inSnapshot } from './inSnapshot.ts'
import { judgeUsage } from './judgeUsage.ts'
import {
  type ListRows,
  relationOfRows,
  rowsOf,
  standingsRelation,
  type Summed,
  windowsRelation,
} from './listRelation.ts'
import { namesRelation } from './namesRelation.ts'

export interface ListAsked extends Summed {
  /**
   * What counts as emerging or declining; `{}` for the defaults. If it is not given, or there is no growth to judge by,
   * `trend` and `probability` may be null.
   */
  readonly verdicts?: EmergenceLimits
}

/** A snapshot, and what it is as of. */
export interface Snapshot {
  /** Reads in the snapshot. */
  readonly database: Queryable
  readonly vector: Vector
  /** The text of its source when it was as of that vector. */
  readonly text: string
}

/** All patterns with their sums over a range, as of one snapshot. */
export interface ListSnapshot extends Snapshot {
  /** One row for each pattern that was ever seen, to select from; it is named `list`. */
  readonly relation: Sql
}

/** What an answer from a snapshot is as of. */
export const asOfSnapshot = ({ vector, text }: Snapshot) => ({ vector, text })

/** Reads lists over all patterns: from the standings if the range is one of theirs, else summed from the windows. */
export interface ListReads {
  /** Whether the standings answer for this. */
  isStored(asked: Summed): boolean
  /** @throws TooBusyError if too many wait for ranges to be summed */
  read<Result>(asked: ListAsked, work: (list: ListSnapshot) => Promise<Result>): Promise<Result>
  /**
   * The patterns alone, as the standings have them.
   * @throws NotMadeYetError if there are patterns and no standings
   */
  readPatterns<Result>(work: (snapshot: Snapshot) => Promise<Result>): Promise<Result>
}

export interface ListReadsOptions {
  readonly pool: pg.Pool
  /** How far the standings are, as far as we know. */
  readonly standings: () => ProjectionProgress
  /** Ranges that are not stored are summed a few at a time: each reads a good part of the windows. */
  readonly sumLimit: ConcurrencyLimit
}

const hasPatterns = async (database: Queryable): Promise<boolean> => {
  const { rows } = await database.query<{ has_patterns: boolean }>({
    name: 'has_patterns',
    text: `select exists (select from ${servedTables.catalogue}) as has_patterns`,
  })
  return rows[0]!.has_patterns
}

const isByDefault = (limits: EmergenceLimits | undefined): boolean =>
  limits === undefined || Object.keys(limits).length === 0

export const createListReads = ({ pool, standings, sumLimit }: ListReadsOptions): ListReads => {
  const standingAt = (asked: Summed, closedUntil: number | undefined): StandingRange | undefined =>
    closedUntil === undefined ? undefined : findStanding(asked, closedUntil)

  /** The relation with its rows read once, and judged if that is asked for, so that later statements do not sum them again. */
  const readOnce = async (database: Queryable, relation: Sql, asked: ListAsked): Promise<Sql> => {
    // Each mix of hours, days and weeks has a text of its own: too many to prepare them all on each connection.
    const { text, values } = rowsOf(relation)
    const { rows } = await database.query<ListRows>({ text, values })
    const read = rows[0]!
    return relationOfRows(
      asked.growth === undefined || asked.verdicts === undefined
        ? read
        : await judgeUsage(read, asked.growth, asked.verdicts),
    )
  }

  const readFromWindows: ListReads['read'] = (asked, work) =>
    sumLimit(() =>
      inSnapshot(pool, async (database) => {
        const vector = await readVector(database, servedProjections.windows)
        const relation = await readOnce(
          database,
          windowsRelation(asked, await namesRelation(database, vector)),
          asked,
        )
        return work({ database, relation, vector, text: vectorText(vector) })
      }),
    )

  return {
    readPatterns: (work) =>
      inSnapshot(pool, async (database) => {
        const { vector, closedUntil, text } = await readProgress(database, servedProjections.standings)
        if (closedUntil === undefined && (await hasPatterns(database))) throw new NotMadeYetError()
        return work({ database, vector, text })
      }),
    isStored: (asked) => standingAt(asked, standings().closedUntil) !== undefined,
    async read(asked, work) {
      if (!this.isStored(asked)) return readFromWindows(asked, work)
      const result = await inSnapshot(pool, async (database) => {
        const { vector, closedUntil, text } = await readProgress(database, servedProjections.standings)
        const name = standingAt(asked, closedUntil)
        if (name === undefined) return undefined
        const stored = standingsRelation(name)
        const relation = isByDefault(asked.verdicts) ? stored : await readOnce(database, stored, asked)
        return { of: await work({ database, relation, vector, text }) }
      })
      // An hour ended between the look at it and the snapshot.
      return result === undefined ? readFromWindows(asked, work) : result.of
    },
  }
}
