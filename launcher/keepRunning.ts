import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '@patterns/shared/logger.ts'

/** Something that runs until it ends. */
export interface Started {
  readonly ended: Promise<{ readonly reason: string }>
}

export interface KeepRunningOptions<What extends Started> {
  readonly name: string
  /** What runs already. */
  readonly first: What
  /** Starts it again; what it throws counts as one more end. */
  restart(): Promise<What>
  /** Aborts when it is to stay ended. */
  readonly stopping: AbortSignal
  readonly logger: Pick<Logger, 'error' | 'info'>
  /** The pause before the nth restart in a row, in milliseconds. */
  readonly pauseMs?: (attempt: number) => number
}

const maxPauseMs = 30_000
/** What ran this long is healthy: its next end is a first one again. */
const healthyAfterMs = 60_000

/** A half second, doubled each time, up to a half minute. */
export const restartPauseMs = (attempt: number): number => Math.min(500 * 2 ** (attempt - 1), maxPauseMs)

/**
 * Starts something again whenever it ends, saying so, with growing pauses.
 * @returns what runs at the moment: the last one that started
 */
export const keepRunning = <What extends Started>(options: KeepRunningOptions<What>): (() => What) => {
  const { name, first, restart, stopping, logger, pauseMs = restartPauseMs } = options
  let current = first
  const supervise = async () => {
    let attempt = 0
    let startedAt = performance.now()
    let end = await current.ended
    while (!stopping.aborted) {
      attempt = performance.now() - startedAt > healthyAfterMs ? 1 : attempt + 1
      const pause_ms = pauseMs(attempt)
      logger.error({ process: name, reason: end.reason, pause_ms }, 'ended unexpectedly; restarting it')
      try {
        await wait(pause_ms, undefined, { signal: stopping })
        startedAt = performance.now()
        current = await restart()
        logger.info({ process: name }, 'runs again')
        end = await current.ended
      } catch (error) {
        end = { reason: (error as Error).message }
      }
    }
  }
  void supervise()
  return () => current
}
