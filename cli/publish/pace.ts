import { setTimeout as delay } from 'node:timers/promises'

/** Waits until the next message may go. */
export type Pace = () => Promise<void>

/** Shorter waits are let pass and made up for by the next: timers are no finer. */
const minWaitMs = 2

/** Evenly `perSecond` messages a second from the first one on; without a rate it never waits. */
export const createPace = (
  perSecond: number | undefined,
  now: () => number = () => performance.now(),
): Pace => {
  if (perSecond === undefined) return async () => {}
  let startedAt: number | undefined
  let count = 0
  return async () => {
    startedAt ??= now()
    const waitMs = startedAt + (count * 1_000) / perSecond - now()
    count += 1
    if (waitMs >= minWaitMs) await delay(waitMs)
  }
}
