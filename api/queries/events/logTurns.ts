import pLimit from 'p-limit'
import { TooBusyError } from '../queryErrors.ts'

/**
 * Lets only a few read the log at a time: the rest of the connections is for numbers.
 * @throws TooBusyError if more wait than can be answered in a while
 */
export type LogTurns = <Result>(work: () => Promise<Result>) => Promise<Result>

export const createLogTurns = ({ most = 6, mostWaiting = 100 } = {}): LogTurns => {
  const limit = pLimit(most)
  return async (work) => {
    if (limit.pendingCount < mostWaiting) return limit(work)
    throw new TooBusyError('Too many want to read the log right now. Try again in a moment.')
  }
}
