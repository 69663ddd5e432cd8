import { standingRangeNames } from '@patterns/projections/standings/standingRange.ts'
import { servedVersion } from '@patterns/read-model/served.ts'
import { standingTableNamesOf } from '@patterns/read-model/tables.ts'
import { tryLockStandings } from '@patterns/read-model/writing/lockStandings.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { transaction } from '@patterns/shared/postgres/transaction.ts'
import type pg from 'pg'
import { advanceClosed } from './advanceClosed.ts'
import { readAllPatterns, readChangedPatterns } from './changedPatterns.ts'
import { decideRefresh, type StandingsCheckpoint } from './decideRefresh.ts'
import { findLatePatterns } from './latePatterns.ts'
import { writeOpenStandings } from './openStandings.ts'
import { recountClosed } from './recountClosed.ts'
import {
  type Checkpoints,
  deleteStandingsCheckpoint,
  readCheckpoints,
  writeStandingsCheckpoint,
} from './standingsCheckpoint.ts'
import { createJudge, restateNewness, writeVerdicts } from './verdicts.ts'

/** What a refresh did. */
export interface Refresh {
  /** `taken`: another processor is refreshing, or was faster. `current`: there was nothing to do. */
  readonly outcome: 'taken' | 'current' | 'refreshed'
  /** How many patterns' standings were checked. */
  readonly patterns: number
  /** How far windows and standings are now; undefined if what was read is no longer true. */
  readonly reached: Checkpoints | undefined
}

/** Another transaction has changed, since our snapshot was taken, what we were about to write. */
const serializationFailure = '40001'

/** Sends no more statements once `signal` is aborted; what was sent is rolled back. */
const untilAborted = (client: pg.PoolClient, signal: AbortSignal | undefined): Queryable => ({
  query(config) {
    signal?.throwIfAborted()
    return client.query(config)
  },
})

/** One snapshot for all reads. Compiling a plan (jit) takes longer than running it. */
const begin = async (client: Queryable): Promise<boolean> => {
  await client.query({ text: 'set transaction isolation level repeatable read' })
  await client.query({ text: 'set local jit = off' })
  return tryLockStandings(client, servedVersion)
}

const judgeAll = async (client: Queryable): Promise<void> => {
  const judge = createJudge()
  for (const name of standingRangeNames) await writeVerdicts(client, name, judge)
}

/** Forgets all standings and makes them from nothing. */
const recount = async (client: Queryable, closedUntil: number): Promise<number> => {
  await deleteStandingsCheckpoint(client)
  for (const table of standingTableNamesOf(servedVersion))
    await client.query({ text: `delete from ${table}` })
  const all = await readAllPatterns(client)
  await writeOpenStandings(client, closedUntil, all)
  for (const name of standingRangeNames) await recountClosed(client, name, closedUntil, all)
  await judgeAll(client)
  return all.length
}

/** Carries the standings on by what changed since `known`: events, and the hours that closed. */
const carryOn = async (
  client: Queryable,
  known: StandingsCheckpoint,
  { vector, closedUntil }: StandingsCheckpoint,
): Promise<number> => {
  const positions = new Map([...vector.keys()].map((shard) => [shard, known.vector.get(shard) ?? 0]))
  const before = { vector: positions, closedUntil: known.closedUntil }
  const hasMoved = closedUntil !== known.closedUntil
  const changed = await readChangedPatterns(client, positions)
  const touched = hasMoved ? await readAllPatterns(client) : changed
  const { added, seenEarlier } = await writeOpenStandings(client, closedUntil, touched)
  const recounted = [...new Set([...added, ...(await findLatePatterns(client, before, changed))])]
  const restated = hasMoved ? undefined : seenEarlier
  for (const name of standingRangeNames) {
    if (hasMoved) await advanceClosed(client, name, known.closedUntil, closedUntil)
    await recountClosed(client, name, closedUntil, recounted)
    if (restated?.length !== 0) await restateNewness(client, name, closedUntil, restated)
  }
  if (hasMoved || recounted.length > 0 || seenEarlier.length > 0) await judgeAll(client)
  return touched.length
}

/**
 * Brings the standings of all patterns up to the windows, and to the hours that are closed by `now` (epoch milliseconds), in
 * one transaction with their checkpoint. They are a function of windows, catalogue and hour alone, so it does not matter who
 * refreshes them, or how often: what is not committed was not done, and a second processor finds the work done.
 */
export const refreshStandings = async (
  pool: pg.Pool,
  now: number,
  signal?: AbortSignal,
): Promise<Refresh> => {
  try {
    return await transaction(pool, async (connection) => {
      const client = untilAborted(connection, signal)
      const isOurs = await begin(client)
      const checkpoints = await readCheckpoints(client)
      const { windows, standings: known } = checkpoints
      if (!isOurs) return { outcome: 'taken', patterns: 0, reached: checkpoints }
      const plan = decideRefresh(windows, known, now)
      if (plan === undefined) return { outcome: 'current', patterns: 0, reached: checkpoints }
      const { kind, closedUntil } = plan
      const standings = { vector: windows, closedUntil }
      const patterns =
        known === undefined || kind === 'recount'
          ? await recount(client, closedUntil)
          : await carryOn(client, known, standings)
      await writeStandingsCheckpoint(client, standings)
      return { outcome: 'refreshed', patterns, reached: { windows, standings } }
    })
  } catch (error) {
    if ((error as { code?: unknown }).code !== serializationFailure) throw error
    return { outcome: 'taken', patterns: 0, reached: undefined }
  }
}
