import type { Logger } from '@patterns/shared/logger.ts'
import type pg from 'pg'
import type { Range } from '../values/range.ts'
import { stepsBack, type Vector, vectorText } from '@patterns/read-model/vector.ts'
import type { VectorFeed } from '../queries/live/vectorFeed.ts'
import { readVector } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections } from '@patterns/read-model/served.ts'
import { type Catalogue, createCatalogue } from './catalogue.ts'
import { createLaneIndex, type LaneIndex } from './laneIndex.ts'
import { readDelta } from './readDelta.ts'
import { createSliceLoader } from './sliceLoader.ts'
import { createSliceStore, type RangeSums, type SliceStore } from './sliceStore.ts'
import { type Snapshot, type SnapshotReader, takeSnapshot } from './snapshot.ts'

/** Everything of one vector. */
export interface StandingsView {
  readonly vector: Vector
  readonly catalogue: Catalogue
  /**
   * The sums of every pattern over one of the ranges asked for. Catalogue and sums change in place as time
   * goes on: use them before the first `await`.
   */
  sums(range: Range): RangeSums
  /** Reads more at this very vector, at any time until the view is given back. */
  readonly snapshot: SnapshotReader
}

/**
 * How every pattern stands over a range, kept in memory and up to date in the background, so that a list
 * over 10,000 patterns scans nothing when it is asked for.
 */
export interface Standings {
  /** The vector that a view would be of right now, as text; empty before the first. */
  readonly text: string
  /**
   * Makes sure that a view is not older than a second, and, where one is given, covers a position. Resolves
   * at once unless the background is late. Rejects where the database cannot be read.
   */
  fresh(least?: { readonly shard: number; readonly position: number }): Promise<void>
  /** Lends a view on these ranges to `work`. Only the first request of a range waits for it to be read. */
  view<Result>(ranges: readonly Range[], work: (view: StandingsView) => Promise<Result>): Promise<Result>
  readonly stats: SliceStore['stats'] & { readonly refreshes: number; readonly refreshMs: number }
  stop(): Promise<void>
}

export interface StandingsOptions {
  readonly pool: pg.Pool
  readonly feed: VectorFeed
  readonly logger: Logger
  readonly now?: () => number
  readonly mostBytes?: number
}

/** A view may be this old before a request waits for the next one, in milliseconds. */
const mostStaleMs = 1_000
/** Nobody asked for this long: the background rests. */
const restAfterMs = 30_000
/** A snapshot that is this old is given back, and taken again when it is needed. */
const mostSnapshotAgeMs = 2_000
/** Refreshing takes at most this share of the time, or the database would do little else. */
const refreshShare = 0.25
const leastPauseMs = 100

/** The state as of one snapshot. */
interface Generation {
  readonly vector: Vector
  readonly text: string
  readonly snapshot: Snapshot
  readonly takenAt: number
  users: number
  isRetired: boolean
}

export const createStandings = ({
  pool,
  feed,
  logger,
  now = () => performance.now(),
  mostBytes,
}: StandingsOptions): Standings => {
  let lanes: LaneIndex
  let catalogue: Catalogue
  let store: SliceStore
  const loader = createSliceLoader(pool)
  const forget = (): void => {
    loader.forget()
    lanes = createLaneIndex()
    catalogue = createCatalogue(lanes)
    store = createSliceStore({ lanes, ...(mostBytes === undefined ? {} : { mostBytes }) })
  }
  forget()

  let generation: Generation | undefined
  let refreshing: Promise<void> | undefined
  let nextTimer: NodeJS.Timeout | undefined
  let askedAt = Number.NEGATIVE_INFINITY
  let refreshes = 0
  let refreshMs = 0
  let lastRefreshMs = 0
  let failures = 0
  let isStopped = false

  const retire = async (old: Generation): Promise<void> => {
    old.isRetired = true
    if (old.users === 0) await old.snapshot.close()
  }

  /** Gives a snapshot back that nobody used for a while: one that is kept holds back vacuum. */
  const closeWhenOld = (held: Generation): void => {
    setTimeout(() => {
      if (held.isRetired) return
      if (held.users > 0) closeWhenOld(held)
      else void held.snapshot.close()
    }, mostSnapshotAgeMs).unref()
  }

  /** Reads what changed in one snapshot, and only then takes it in, in one go. */
  const refresh = async (): Promise<void> => {
    const began = now()
    const snapshot = await takeSnapshot(pool)
    try {
      const vector = await readVector(snapshot.client, servedProjections.windows)
      if (generation !== undefined && stepsBack(generation.vector, vector)) {
        logger.warn('the projection stepped back: everything in memory is read again')
        await retire(generation)
        generation = undefined
        forget()
      }
      const joining = [...loader.arrived]
      const { changes, entries } = await readDelta(snapshot.client, {
        lanes,
        store,
        known: generation?.vector,
        arrived: joining,
      })
      loader.take(joining)
      for (const { window, slice } of joining) store.hold(window, slice)
      for (const { window, lane, values } of changes) store.replace(window, lane, values)
      for (const [patternId, entry] of entries) catalogue.merge(patternId, entry)
      const old = generation
      const text = vectorText(vector)
      generation = { vector, text, snapshot, takenAt: began, users: 0, isRetired: false }
      closeWhenOld(generation)
      if (old !== undefined) await retire(old)
    } catch (error) {
      await snapshot.close()
      throw error
    } finally {
      lastRefreshMs = now() - began
      refreshes++
      refreshMs += lastRefreshMs
    }
  }

  const refreshOnce = (): Promise<void> =>
    (refreshing ??= refresh().finally(() => {
      refreshing = undefined
    }))

  /** A refresh whose snapshot is taken from now on: one under way may have been taken before. */
  const refreshAnew = async (): Promise<void> => {
    await refreshing?.catch(() => {})
    await refreshOnce()
  }

  const refreshInBackground = (): void => {
    if (nextTimer !== undefined || isStopped || now() - askedAt > restAfterMs) return
    // While the database is away it is asked ever more seldom, and said once.
    const pauseMs = Math.max(
      leastPauseMs * 2 ** Math.min(failures, 5),
      lastRefreshMs * (1 / refreshShare - 1),
    )
    const next = async (): Promise<void> => {
      try {
        await refreshOnce()
        failures = 0
      } catch (error) {
        failures++
        if (failures === 1) logger.warn({ err: error }, 'the standings could not be refreshed')
      }
      nextTimer = undefined
      if (generation?.text !== feed.text) refreshInBackground()
    }
    nextTimer = setTimeout(() => void next(), refreshes === 0 ? 0 : pauseMs)
  }
  const stopListening = feed.onChange(refreshInBackground)

  /** Reads what the ranges lack. */
  const ensureHeld = async (ranges: readonly Range[]): Promise<void> => {
    for (const range of ranges) store.keep(range)
    const missing = ranges.flatMap((range) => store.missing(range))
    if (missing.length === 0) return
    await loader.read(lanes, missing)
    await refreshAnew()
  }

  const isCurrent = (): boolean => {
    if (generation === undefined) return false
    const confirmedAt =
      generation.text === feed.text ? Math.max(generation.takenAt, feed.confirmedAt) : generation.takenAt
    return now() - confirmedAt <= mostStaleMs
  }

  return {
    get text() {
      return generation?.text ?? ''
    },
    async fresh(least) {
      askedAt = now()
      if (generation?.text !== feed.text) refreshInBackground()
      if (!isCurrent()) await refreshOnce()
      if (least !== undefined && (generation?.vector.get(least.shard) ?? 0) < least.position)
        await refreshAnew()
    },
    async view(ranges, work) {
      await ensureHeld(ranges)
      if (generation === undefined || generation.snapshot.isClosed) await refreshOnce()
      // Between the waits a range may have been let go again.
      if (ranges.some((range) => store.missing(range).length > 0)) return this.view(ranges, work)
      const lent = generation!
      lent.users++
      try {
        return await work({
          vector: lent.vector,
          catalogue,
          sums: (range) => store.sums(range),
          snapshot: lent.snapshot,
        })
      } finally {
        lent.users--
        if (lent.isRetired && lent.users === 0) await lent.snapshot.close()
      }
    },
    get stats() {
      return { ...store.stats, refreshes, refreshMs }
    },
    async stop() {
      isStopped = true
      clearTimeout(nextTimer)
      stopListening()
      await refreshing?.catch(() => {})
      await loader.settled()
      await generation?.snapshot.close()
    },
  }
}
