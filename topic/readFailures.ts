import type { Logger } from '@patterns/shared/logger.ts'
import { backoffMs } from './backoff.ts'
import type { UnreadPartition } from './source.ts'

/** Failures shorter than this are not reported: a broker that is restarted, say. */
const reportedAfterMs = 5_000

interface Failing {
  readonly sinceMs: number
  readonly tries: number
  readonly dueMs: number
  readonly error: Error
}

/** What keeps partitions from being read. Each is tried again by itself, ever more slowly, and holds up no other. */
export interface ReadFailures {
  /** Whether the partition may be tried now. */
  isDue(partition: number): boolean
  /** How long until one of these may be tried, at most `maxMs`. */
  dueInMs(partitions: Iterable<number>, maxMs: number): number
  isFailing(partition: number): boolean
  /** @param sinceMs when it was tried, by `Date.now`: a question that hangs is one that fails from its beginning on */
  failed(partition: number, error: unknown, sinceMs?: number): void
  succeeded(partition: number): void
  /** Forgets all other partitions: they are no longer ours. */
  keepOnly(partitions: ReadonlySet<number> | ReadonlyMap<number, unknown>): void
  /** Those that have failed for some seconds, and why. */
  lasting(): UnreadPartition[]
}

export const createReadFailures = (logger: Logger, now: () => number = () => Date.now()): ReadFailures => {
  const failing = new Map<number, Failing>()
  const dueMs = (partition: number): number => failing.get(partition)?.dueMs ?? 0
  return {
    isDue: (partition) => dueMs(partition) <= now(),
    dueInMs(partitions, maxMs) {
      const waits = Array.from(partitions, (partition) => dueMs(partition) - now())
      return Math.min(maxMs, ...waits.filter((ms) => ms > 0))
    },
    isFailing: (partition) => failing.has(partition),
    failed(partition, cause, sinceMs = now()) {
      const error = cause instanceof Error ? cause : new Error(String(cause))
      const before = failing.get(partition)
      const tries = (before?.tries ?? 0) + 1
      if (before?.error.message !== error.message)
        logger.warn({ partition, reason: error.message }, 'the partition cannot be read; trying again')
      failing.set(partition, {
        sinceMs: before?.sinceMs ?? sinceMs,
        tries,
        dueMs: now() + backoffMs(tries),
        error,
      })
    },
    succeeded(partition) {
      const before = failing.get(partition)
      if (!before) return
      failing.delete(partition)
      logger.info({ partition, forMs: now() - before.sinceMs }, 'the partition is read again')
    },
    keepOnly(partitions) {
      for (const partition of failing.keys()) if (!partitions.has(partition)) failing.delete(partition)
    },
    lasting: () =>
      [...failing].flatMap(([partition, { sinceMs, error }]) =>
        now() - sinceMs >= reportedAfterMs ? [{ partition, error }] : [],
      ),
  }
}
