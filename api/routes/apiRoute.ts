import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Answers, AnswerSource } from '../http/conventions/answer.ts'
import type { ApiEnv } from '../http/conventions/apiEnv.ts'
import { problemSchema } from '../http/problems/problem.ts'
import type { FindEvents } from '../queries/events/findEvents.ts'
import type { PatternReads } from '../queries/patternReads.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { Turns } from '../queries/turns.ts'
import type { Standings } from '../totals/standings.ts'

export type ApiApp = OpenAPIHono<ApiEnv>

/** What the routes read from. */
export interface RouteParts {
  readonly answers: Answers
  /** Which log is read. */
  readonly logId: () => string
  /** Lists over all patterns. */
  readonly standings: Standings
  /** As of the standings: up to a second behind, never slow. */
  readonly fromStandings: AnswerSource
  /** As of now: for what the primary key finds. */
  readonly fromDatabase: AnswerSource
  /** As of now or a moment ago: for what many rows are summed, each sum in its turn. */
  readonly fromSums: AnswerSource
  readonly sumTurns: Turns
  readonly database: Queryable
  /** Single patterns. */
  readonly patterns: PatternReads
  /** The events themselves. */
  readonly findEvents: FindEvents
  readonly logTurns: Turns
  /** Epoch milliseconds. */
  readonly clock: () => number
}

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
})

/** How each route with numbers can fail. */
export const problemResponses = {
  400: problem('A parameter is unknown or malformed; `errors` says which.'),
  401: problem('An API key is needed.'),
  404: problem('No such pattern.'),
  422: problem('The parameters are well formed but cannot be served; `errors` says why.'),
  429: problem('Too many requests; `Retry-After` says when to come again.'),
  500: problem('Something broke.'),
  503: problem(
    'The database cannot be read, `after` was not applied in time, or too many ask at a time; `Retry-After` says when to try again.',
  ),
  504: problem('Reading took too long.'),
} as const

export const notModified = { description: 'Nothing has changed since the answer with this `ETag`.' } as const
