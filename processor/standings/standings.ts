import { notifyStandings } from '@patterns/read-model/writing/notifyStandings.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import { isTransient } from '@patterns/shared/postgres/isTransient.ts'
import { backoffMs } from '@patterns/topic/backoff.ts'
import type pg from 'pg'
import { messageOf } from '../shard/messageOf.ts'
import { type Clock, systemClock } from '../trends/clock.ts'
import { createFreshness } from './freshness.ts'
import { type Refresh, refreshStandings } from './refreshStandings.ts'

/**
 * What the standings are doing. `retrying`: the database failed. `stopped`: a fault of our own; they stay as they are until
 * the process starts again. The windows go on in both cases.
 */
export interface StandingsState {
  readonly status: 'running' | 'retrying' | 'stopped'
  readonly reason: string | undefined
  /** Events that the windows account for and the standings do not. */
  readonly lagEvents: number
  /** How long ago the standings accounted for all that the windows did then, in seconds. */
  readonly ageSeconds: number
}

/** Keeps the standings of all patterns current with their windows. All processors try; one at a time does it. */
export interface Standings {
  start(): void
  state(): StandingsState
  /** Resolves when no refresh is under way. */
  settled(): Promise<void>
  /** Aborts the refresh that is under way: another processor, or the next start, does it. */
  stop(): Promise<void>
}

export interface StandingsOptions {
  readonly pool: pg.Pool
  readonly logger: Logger
  readonly clock?: Clock
  readonly onRefreshed?: (refreshed: { patterns: number; seconds: number }) => void
  readonly backoff?: (attempt: number) => number
}

/** From the beginning of a refresh to that of the next one. */
const everyMs = 1_000
/** After a long refresh there is a rest of this many times its length, so that a backlog has most of the database. */
const restRatio = 4
const maxRestMs = 15_000

const restAfter = (tookMs: number): number =>
  Math.max(everyMs - tookMs, Math.min(maxRestMs, restRatio * tookMs))

export const createStandings = ({
  pool,
  logger,
  clock = systemClock,
  onRefreshed,
  backoff = backoffMs,
}: StandingsOptions): Standings => {
  const freshness = createFreshness(clock.elapsed())
  const stopping = new AbortController()
  const { signal } = stopping
  let status: StandingsState['status'] = 'running'
  let reason: string | undefined
  let attempt = 0
  let cancelTimer = (): void => {}
  let running: Promise<void> = Promise.resolve()

  const report = ({ outcome, patterns, reached }: Refresh, began: number): void => {
    if (reached !== undefined) freshness.saw(reached, began)
    if (outcome !== 'refreshed') return
    onRefreshed?.({ patterns, seconds: (clock.elapsed() - began) / 1_000 })
    // Readers poll as well.
    notifyStandings(pool).catch((error: unknown) =>
      logger.debug({ err: error }, 'readers are not notified of refreshed standings; they poll'),
    )
  }

  const fail = (error: unknown): void => {
    reason = messageOf(error)
    if (isTransient(error)) {
      status = 'retrying'
      logger.warn({ attempt, reason }, 'standings cannot be refreshed yet')
    } else {
      status = 'stopped'
      logger.error({ err: error }, 'standings stopped; the windows go on')
    }
  }

  const round = async (): Promise<void> => {
    const began = clock.elapsed()
    let restMs: number
    try {
      const refresh = await refreshStandings(pool, clock.now(), signal)
      if (status === 'retrying') logger.info('standings are refreshed again')
      ;[status, reason, attempt] = ['running', undefined, 0]
      report(refresh, began)
      restMs = restAfter(clock.elapsed() - began)
    } catch (error) {
      attempt++
      restMs = backoff(attempt)
      if (!signal.aborted) fail(error)
    }
    if (!signal.aborted && status !== 'stopped') cancelTimer = clock.schedule(begin, restMs)
  }
  const begin = (): void => {
    running = round()
  }

  return {
    start: begin,
    state: () => ({
      status,
      reason,
      lagEvents: freshness.lagEvents(),
      ageSeconds: (clock.elapsed() - freshness.wholeUntil()) / 1_000,
    }),
    settled: () => running,
    async stop() {
      stopping.abort()
      cancelTimer()
      await running
    },
  }
}
