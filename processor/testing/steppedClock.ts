import type { Clock } from '../trends/clock.ts'

/** A clock that moves only when it is told to. */
export interface SteppedClock extends Clock {
  /** Moves on, and runs the timers that become due, in their order. */
  step(milliseconds: number): void
  /** Sets the time of day alone, as an administrator would. */
  set(time: number): void
}

export const createSteppedClock = (start: number): SteppedClock => {
  let elapsed = 0
  let offset = start
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  return {
    now: () => offset + elapsed,
    elapsed: () => elapsed,
    schedule(run, delayMs) {
      const timer = { at: elapsed + delayMs, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    step(milliseconds) {
      elapsed += milliseconds
      const due = [...timers].filter(({ at }) => at <= elapsed).toSorted((a, b) => a.at - b.at)
      for (const timer of due) if (timers.delete(timer)) timer.run()
    },
    set(time) {
      offset = time - elapsed
    },
  }
}
