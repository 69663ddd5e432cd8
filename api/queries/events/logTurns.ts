import pLimit from 'p-limit'
import { Problem } from '../../http/problems/problem.ts'

/**
 * Lets only a few read the log at a time: the rest of the connections is for numbers.
 * @throws Problem 503 if more wait than can be answered in a while
 */
export type LogTurns = <Result>(work: () => Promise<Result>) => Promise<Result>

export const createLogTurns = ({ most = 6, mostWaiting = 100 } = {}): LogTurns => {
  const limit = pLimit(most)
  return async (work) => {
    if (limit.pendingCount < mostWaiting) return limit(work)
    throw new Problem(503, 'TIMEOUT', 'Too many want to read the log right now. Try again in a moment.', {
      headers: { 'retry-after': '1' },
    })
  }
}
