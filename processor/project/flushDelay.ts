/** What a projector knows when it decides. */
export interface FlushState {
  /** Hour windows in the deltas: what the pending events cost in memory. */
  readonly pendingWindows: number
  /** Messages of the source that are still to come. */
  readonly lag: number
  readonly intervalMs: number
}

/** Past this the deltas would take more memory than a flush saves work. */
const maxPendingWindows = 20_000
/** The longest that a backlog may delay the windows. */
const maxDelayMs = 2_000
/** A lag of this many messages is a backlog: its events will soon fall into the windows that are pending now. */
const backlog = 10_000

/**
 * How long after the last flush the next one begins, in milliseconds. A flush writes each changed window once, however
 * many events changed it. So it follows soon at the head of the log, for people who watch, and later in a backlog, for
 * throughput.
 */
export const flushDelayMs = ({ pendingWindows, lag, intervalMs }: FlushState): number => {
  if (pendingWindows >= maxPendingWindows) return 0
  return lag < backlog ? intervalMs : Math.max(intervalMs, maxDelayMs)
}
