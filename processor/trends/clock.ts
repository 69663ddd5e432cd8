/** Time and timers, so that tests can step them. */
export interface Clock {
  /** The time of day, epoch milliseconds; it may jump. */
  now(): number
  /** Milliseconds since some moment; it never goes back. */
  elapsed(): number
  /** Runs something later. Returns how to cancel that. */
  schedule(run: () => void, delayMs: number): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  schedule(run, delayMs) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}
