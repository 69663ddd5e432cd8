import pLimit from 'p-limit'
import { TooBusyError } from './queryErrors.ts'

/**
 * Runs only a few costly reads at a time, so that the other connections are free for quick ones.
 * @throws TooBusyError if more wait than can be answered in a while
 */
export type ConcurrencyLimit = <Result>(work: () => Promise<Result>) => Promise<Result>

export const createConcurrencyLimit = ({
  maxAtOnce,
  maxWaiting = 100,
}: {
  readonly maxAtOnce: number
  readonly maxWaiting?: number
}): ConcurrencyLimit => {
  const limit = pLimit(maxAtOnce)
  return async (work) => {
    if (limit.pendingCount < maxWaiting) return limit(work)
    throw new TooBusyError('Too many requests wait for reads like this one right now. Try again in a moment.')
  }
}
