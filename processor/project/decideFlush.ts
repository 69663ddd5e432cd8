/** What a projector knows when it decides. */
export interface FlushState {
  readonly pendingEvents: number
  /** Hour windows in the deltas: what the pending events cost in memory. */
  readonly pendingWindows: number
  /** Since the first pending event. */
  readonly pendingForMs: number
  /** Messages of the source that are still to come. */
  readonly lag: number
  readonly intervalMs: number
}

/** Past this the deltas would take more memory than a flush saves work. */
const mostPendingWindows = 20_000
/** The longest that a backlog may delay the windows. */
const mostDelayMs = 2_000
/** A lag of this many messages is a backlog: its events will soon fall into the windows that are pending now. */
const backlog = 10_000

/**
 * A flush writes each changed window once, however many events changed it. So at the head of the log it
 * follows soon, for the sake of the people who watch, and in a backlog late, for the sake of throughput.
 */
export const decideFlush = ({
  pendingEvents,
  pendingWindows,
  pendingForMs,
  lag,
  intervalMs,
}: FlushState): 'flush' | 'wait' => {
  if (pendingEvents === 0) return 'wait'
  if (pendingWindows >= mostPendingWindows) return 'flush'
  const delayMs = lag < backlog ? intervalMs : Math.max(intervalMs, mostDelayMs)
  return pendingForMs >= delayMs ? 'flush' : 'wait'
}
