import { RequestError } from '@hono/node-server'
import type { Logger } from '@patterns/shared/logger.ts'
import { bareProblem } from '../problems/bareProblem.ts'
import { Problem, type ProblemCode } from '../problems/problem.ts'

export interface UnroutableOptions {
  readonly logger: Logger
  /** Called for each request that is answered here. */
  readonly onAnswered: (code: ProblemCode) => void
}

/** Answers a request that never reaches the app, because its target and Host do not make a URL. */
export const answerUnroutable =
  ({ logger, onAnswered }: UnroutableOptions) =>
  (error: unknown): Response => {
    const isTheirs = error instanceof RequestError
    if (!isTheirs) logger.error({ err: error }, 'a request failed outside of its route')
    const problem = isTheirs
      ? new Problem(400, 'MALFORMED_REQUEST', `The URL or the Host header cannot be read: ${error.message}.`)
      : new Problem(500, 'INTERNAL_ERROR', 'The fault was logged.')
    onAnswered(problem.code)
    const { status, headers, body } = bareProblem(problem)
    return new Response(body, { status, headers })
  }
