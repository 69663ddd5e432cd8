import { closedUntil } from '@patterns/projections/analytics/trendRange.ts'
import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import { trendHorizon } from '@patterns/projections/trends/trendSeries.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import { isTransient } from '@patterns/shared/postgres/isTransient.ts'
import type pg from 'pg'
import type { Checkpoint } from '@patterns/read-model/checkpoint.ts'
import { type CheckpointKey, projectionsOf } from '@patterns/read-model/projection.ts'
import { openCheckpoint } from '@patterns/read-model/writing/moveCheckpoint.ts'
import type { ChangedStates } from '@patterns/read-model/writing/writeFlush.ts'
import { readPatternPage, readPatternsAfter } from '@patterns/read-model/reading/listPatterns.ts'
import { loadFigures } from '@patterns/read-model/reading/loadFigures.ts'
import { clearTrends, writeTrends } from '@patterns/read-model/writing/writeTrends.ts'
import { FencedError } from '@patterns/read-model/writing/fencedError.ts'
import { backoffMs } from '@patterns/topic/backoff.ts'
import { messageOf } from '../shard/messageOf.ts'
import type { Clock } from './clock.ts'
import { createFigureCache } from './figureCache.ts'
import type { Throttle } from './throttle.ts'
import { decideRollover, type Rollover } from './rollover.ts'
import { createStaleLines, type StalePattern } from './staleLines.ts'
import { createLineComputer } from './computeLines.ts'

export interface ShardTrendsOptions {
  readonly pool: pg.Pool
  /** The key of the windows' checkpoint: the trends are derived from its tables. */
  readonly windows: CheckpointKey
  /** The position that the windows are committed up to now. */
  readonly position: number
  readonly clock: Clock
  /** Shared by all shards of the process. */
  readonly throttle: Throttle
  readonly logger: Logger
  readonly onWritten?: (written: { lines: number; seconds: number }) => void
  /** Windows of which figures are cached, at most. */
  readonly maxWindows?: number
  readonly backoff?: (attempt: number) => number
}

/**
 * What the trends of a shard are doing. `retrying`: the database failed; the windows go on. `stopped`: a fault
 * of our own; lines stay as they are until the process starts again. `fenced`: the shard has another owner.
 */
export interface TrendsState {
  readonly shard: number
  readonly status: 'running' | 'retrying' | 'stopped' | 'fenced'
  readonly reason: string | undefined
  /** Every line accounts for all events up to here. */
  readonly position: number
}

/** Keeps the lines of a shard's patterns current with its windows, beside the projection of the windows. */
export interface ShardTrends {
  /** Takes in a flush that was just committed. Never throws and never waits. */
  flushed(changed: ChangedStates, position: number): void
  /** Begins to bring the lines up to date: what a crash or another owner left, and then once a second. */
  start(): void
  state(): TrendsState
  /** Resolves when no round is under way. */
  settled(): Promise<void>
  close(): void
}

/** A pattern is computed at most once in this time, however many flushes change it. */
const roundMs = 1_000
/** Patterns in one turn: some milliseconds of computing, and one transaction. */
const patternsPerTurn = 100

/** Another owner has brought the trends further than the windows that this one knows. */
class SupersededError extends Error {
  override readonly name = 'SupersededError'
}

export const createShardTrends = ({
  pool,
  windows,
  position: openedAt,
  clock,
  throttle,
  logger,
  onWritten,
  maxWindows,
  backoff = backoffMs,
}: ShardTrendsOptions): ShardTrends => {
  const key: CheckpointKey = { ...projectionsOf(windows.version).trends, shard: windows.shard }
  const cache = createFigureCache({
    isNew: openedAt === 0,
    ...(maxWindows === undefined ? {} : { maxWindows }),
  })
  const stale = createStaleLines(cache)
  const computeLines = createLineComputer()
  let position = openedAt
  let checkpoint: Checkpoint | undefined
  let rollover: Rollover | undefined
  let status: TrendsState['status'] = 'running'
  let reason: string | undefined
  let attempt = 0
  let isClosed = false
  let cancelTimer = (): void => {}
  let running: Promise<void> = Promise.resolve()

  /** Reads where the lines are, and finds those that the windows have left behind. */
  const open = async (): Promise<Checkpoint> => {
    const found = await openCheckpoint(pool, key)
    const { position: committed, patternIds } = await readPatternsAfter(pool, windows, found.position)
    if (found.position > committed) {
      logger.warn({ shard: key.shard }, 'the windows were rebuilt, so the trends are as well')
      await clearTrends(pool, key)
      return open()
    }
    if (found.position > position) throw new SupersededError(`Shard ${key.shard} has another owner`)
    // If nothing was ever computed, the walk that is due computes all lines.
    if (found.watermark !== noWatermark) stale.addAll(patternIds)
    return found
  }

  /** Loads the figures of these patterns into memory, unless they are there. */
  const hold = async (patterns: readonly StalePattern[], now: number): Promise<void> => {
    const horizon = cache.reach(trendHorizon(now))
    const missing = patterns
      .map(([patternId]) => patternId)
      .filter((patternId) => cache.get(patternId) === undefined)
    if (missing.length === 0 || isClosed) return
    for (const patternId of missing) cache.expect(patternId)
    const loaded = await loadFigures(pool, windows, missing, horizon)
    // The database lost what was flushed, as after a failover.
    if (loaded.patterns.length < missing.length)
      throw new FencedError(`Shard ${key.shard} lacks a pattern in its catalogue that was changed`)
    for (const pattern of loaded.patterns) cache.fill(pattern, loaded.position, position)
    // Unless the clock was set back meanwhile, all are there now.
    await hold(patterns, now)
  }

  /** Computes some patterns' lines and writes them. The checkpoint moves along, if it is to move. */
  const recompute = async (
    patterns: readonly StalePattern[],
    now: number,
    moved: Partial<Checkpoint> = {},
  ): Promise<void> => {
    const began = clock.elapsed()
    await hold(patterns, now)
    if (isClosed) return
    const rows = patterns.flatMap(([patternId, set]) => {
      const figures = cache.get(patternId)!
      // Windows that were read may hold a flush that `flushed` has not been called for yet.
      return computeLines({ patternId, figures, set, position: Math.max(position, figures.position), now })
    })
    cache.forgetOldest()
    const to = { ...checkpoint!, ...moved }
    await writeTrends(pool, key, checkpoint!, to, rows)
    checkpoint = to
    onWritten?.({ lines: rows.length, seconds: (clock.elapsed() - began) / 1_000 })
  }

  const walkOn = async (walk: Rollover, now: number, upTo: number): Promise<void> => {
    const page = await readPatternPage(pool, windows, walk.after, patternsPerTurn)
    const isLast = page.length < patternsPerTurn
    const moved = isLast ? { watermark: walk.closedUntil, position: upTo } : {}
    await recompute(
      page.map((patternId) => [patternId, walk.set]),
      now,
      moved,
    )
    walk.after = page.at(-1)
    if (isLast) rollover = undefined
  }

  const isOver = (): boolean => isClosed || status === 'stopped' || status === 'fenced'

  /** A turn may have to wait, and the shard may be closed when it comes. */
  const turn = (work: () => Promise<void>): Promise<void> =>
    throttle.turn(async () => {
      if (!isClosed) await work()
    })

  const round = async (): Promise<void> => {
    const began = clock.elapsed()
    const now = clock.now()
    checkpoint ??= await throttle.turn(open)
    const closed = closedUntil('hour', now)
    rollover = decideRollover(checkpoint.watermark, closed, rollover)
    const upTo = position
    const patterns = stale.takeAll()
    for (let i = 0; i < patterns.length && !isClosed; i += patternsPerTurn) {
      const some = patterns.slice(i, i + patternsPerTurn)
      const isLast = i + patternsPerTurn >= patterns.length
      await turn(() => recompute(some, now, isLast ? { position: upTo } : {}))
    }
    while (rollover !== undefined && !isClosed && clock.elapsed() - began < roundMs) {
      const walk = rollover
      await turn(() => walkOn(walk, now, upTo))
    }
    if (checkpoint.position !== upTo) await turn(() => recompute([], now, { position: upTo }))
  }

  const fail = (error: unknown): void => {
    checkpoint = undefined
    rollover = undefined
    reason = messageOf(error)
    if (error instanceof SupersededError) {
      status = 'fenced'
      logger.info({ shard: key.shard }, 'the trends of this shard have another owner')
    } else if (error instanceof FencedError || isTransient(error)) {
      status = 'retrying'
      logger.warn({ shard: key.shard, attempt, reason }, 'trends cannot be written yet')
    } else {
      status = 'stopped'
      logger.error({ shard: key.shard, err: error }, 'trends stopped; the windows go on')
    }
  }

  const tick = async (): Promise<void> => {
    const began = clock.elapsed()
    let waitMs: number
    try {
      await round()
      ;[status, reason, attempt] = ['running', undefined, 0]
      waitMs = Math.max(0, roundMs - (clock.elapsed() - began))
    } catch (error) {
      attempt++
      waitMs = backoff(attempt)
      if (!isClosed) fail(error)
    }
    if (!isOver()) cancelTimer = clock.schedule(begin, waitMs)
  }
  const begin = (): void => {
    if (!isOver()) running = tick()
  }

  return {
    flushed(changed, to) {
      if (isOver()) return
      try {
        stale.flushed(changed, clock.now())
        position = to
      } catch (error) {
        fail(error)
      }
    },
    start: begin,
    state: () => ({ shard: key.shard, status, reason, position: checkpoint?.position ?? 0 }),
    settled: () => running,
    close() {
      isClosed = true
      cancelTimer()
      cache.forgetAll()
    },
  }
}
