import type { HttpBindings } from '@hono/node-server'
import { isTransient } from '@patterns/shared/postgres/isTransient.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import { invalid, Problem, problemBody } from './problem.ts'

const retryLater = { 'retry-after': '1' }

/** SQLSTATE of a statement that ran into the time limit. */
const queryCanceled = '57014'

/** What a caller gets for any other error: never a stack, SQL, or the name of a host. */
const toProblem = (error: unknown): Problem => {
  if (error instanceof HTTPException && error.status === 415)
    return new Problem(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'The body must be declared as content-type: application/json.',
    )
  // Hono finds only one other fault, and says neither where nor why.
  if (error instanceof HTTPException && error.status === 400)
    return invalid([{ path: 'body', message: 'must be JSON' }])
  if (error instanceof HTTPException)
    return new Problem(error.status, error.status < 500 ? 'INVALID_INPUT' : 'INTERNAL_ERROR', error.message)
  if ((error as { code?: unknown } | null)?.code === queryCanceled)
    return new Problem(504, 'TIMEOUT', 'Reading took longer than the limit. A shorter range is quicker.', {
      cause: error,
    })
  if (isTransient(error))
    return new Problem(503, 'DATABASE_ERROR', 'The database cannot be reached. Try again in a moment.', {
      headers: retryLater,
      cause: error,
    })
  return new Problem(500, 'INTERNAL_ERROR', 'The fault was logged under this request id.', { cause: error })
}

/** A client that disconnects within its body is not our fault, though the error looks like that of a lost database. */
const brokeOff = (context: Context<ApiEnv>): Problem | undefined => {
  const { incoming } = context.env as Partial<HttpBindings>
  return incoming?.destroyed === true && !incoming.complete
    ? new Problem(400, 'MALFORMED_REQUEST', 'The request broke off within its body.')
    : undefined
}

export const sendProblem = (context: Context<ApiEnv>, problem: Problem): Response =>
  context.body(JSON.stringify(problemBody(problem, context.get('requestId'))), problem.status as 400, {
    ...problem.headers,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  })

/**
 * The one place where errors become answers. A fault of ours is logged with its cause; a refusal that we chose, without.
 * @param problemOf the problem for an error that only a route knows
 */
export const answerErrors =
  (logger: Logger, problemOf: (error: unknown) => Problem | undefined): ErrorHandler<ApiEnv> =>
  (error, context) => {
    const chosen = brokeOff(context) ?? (error instanceof Problem ? error : problemOf(error))
    const problem = chosen ?? toProblem(error)
    const about = { request_id: context.get('requestId'), path: context.req.path }
    if (chosen !== undefined && problem.status > 500)
      logger.warn({ ...about, code: problem.code }, problem.message)
    else if (problem.status >= 500) logger.error({ err: problem.cause ?? error, ...about }, problem.message)
    return sendProblem(context, problem)
  }

export const answerNotFound: NotFoundHandler<ApiEnv> = (context) =>
  sendProblem(
    context,
    new Problem(
      404,
      'ROUTE_NOT_FOUND',
      `There is no route ${context.req.method} ${context.req.path}; see /docs.`,
    ),
  )
