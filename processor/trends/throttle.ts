import type { Clock } from './clock.ts'

/** Lets the parts of a process take turns at work that must not disturb the rest of it. */
export interface Throttle {
  /** Runs `work` when all turns before it are done and the rest after them has passed. */
  turn<Result>(work: () => Promise<Result>): Promise<Result>
}

/** The longest rest: after a turn that the database held up, the next one need not wait ten times as long. */
const maxRestMs = 2_000

/**
 * One turn at a time, each followed by a rest, so that at most `share` of the time is spent at it, however
 * much there is to do. That bounds what the work costs the rest of the process and the database by design:
 * with more to do it takes longer.
 */
export const createThrottle = ({
  clock,
  share = 0.1,
}: {
  readonly clock: Clock
  readonly share?: number
}): Throttle => {
  let last: Promise<unknown> = Promise.resolve()
  let restUntil = Number.NEGATIVE_INFINITY

  const rest = (): Promise<void> | undefined => {
    const restMs = restUntil - clock.elapsed()
    return restMs > 0
      ? new Promise((resolve) => {
          clock.schedule(resolve, restMs)
        })
      : undefined
  }
  const begin = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await rest()
    const began = clock.elapsed()
    try {
      return await work()
    } finally {
      const ended = clock.elapsed()
      restUntil = ended + Math.min(maxRestMs, (ended - began) * (1 / share - 1))
    }
  }
  return {
    turn(work) {
      const mine = last.then(() => begin(work))
      last = mine.catch(() => {})
      return mine
    },
  }
}
