import { Problem, unprocessable } from '../http/problems/problem.ts'
import { NotMadeYetError, TooBusyError, UnknownTypeError } from '../queries/queryErrors.ts'

/** The one place where the errors of queries become problems; `undefined` for any other error. */
export const queryProblem = (error: unknown): Problem | undefined => {
  if (error instanceof TooBusyError || error instanceof NotMadeYetError)
    return new Problem(503, 'TIMEOUT', error.message, { headers: { 'retry-after': '1' } })
  if (error instanceof UnknownTypeError)
    return unprocessable([{ path: 'pattern_type', message: error.message }])
  return undefined
}
