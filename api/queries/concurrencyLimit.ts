import pLimit from 'p-limit'
import { TooBusyError } from './queryErrors.ts'

/**
 * Lets only a few do costly reads at a time: the rest of the connections is for what is quick.
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
    throw new TooBusyError('Too many ask for this at a time right now. Try again in a moment.')
  }
}
