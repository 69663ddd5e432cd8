import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Answers, AnswerSource } from '../http/conventions/answer.ts'
import type { ApiEnv } from '../http/conventions/apiEnv.ts'
import {
  invalid,
  patternNotFound,
  Problem,
  problemBody,
  problemSchema,
  unprocessable,
} from '../http/problems/problem.ts'
import type { FindEvents } from '../queries/events/findEvents.ts'
import type { PatternReads } from '../queries/patternReads.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import type { ConcurrencyLimit } from '../queries/concurrencyLimit.ts'
import type { Categories } from '../queries/lists/categories.ts'
import type { Summed } from '../queries/lists/listRelation.ts'
import type { ListReads } from '../queries/lists/listReads.ts'
import type { LineQuestion } from '../queries/trends/lineQuestion.ts'
import type { LineReads } from '../queries/trends/lineReads.ts'

export type ApiApp = OpenAPIHono<ApiEnv>

/** What routes get to answer with. */
export interface RouteDependencies {
  readonly answers: Answers
  /** Which log is read. */
  readonly logId: () => string
  /** Lists over all patterns. */
  readonly lists: ListReads
  /** Where a list over this comes from. */
  readonly listSource: (summed: Summed) => AnswerSource
  /** The trend lines of all patterns. */
  readonly lines: LineReads
  /** Where a list of trends comes from. */
  readonly trendSource: (asked: LineQuestion) => AnswerSource
  /** The figures of a type, which a pattern is compared with. */
  readonly categories: Categories
  /** As of the standings: at most about a second behind. */
  readonly fromStandings: AnswerSource
  /** As of now: for reads by primary key. */
  readonly fromDatabase: AnswerSource
  /** As of now or a moment ago: for sums over many rows, of which a few are read at a time. */
  readonly fromSums: AnswerSource
  readonly sumLimit: ConcurrencyLimit
  readonly database: Queryable
  /** Single patterns. */
  readonly patterns: PatternReads
  /** The events themselves. */
  readonly findEvents: FindEvents
  readonly logLimit: ConcurrencyLimit
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** What lists take for now, see `listTime`. */
  readonly listTime: () => number
  /** The same for lists of trends. */
  readonly trendTime: () => number
}

const problem = (description: string, example: Problem) => ({
  description,
  content: {
    'application/problem+json': {
      schema: problemSchema,
      example: problemBody(example, 'c6d7c362-7eb4-4efe-907d-721c54950dda'),
    },
  },
})

const retryLater = { headers: { 'retry-after': '1' } }

/** What HTTP itself refuses on any route, also on one without parameters. */
export const httpProblems = {
  '4XX': problem(
    'What HTTP refuses on every route: another method than those it answers (405), a body that is too long (413), a request that cannot be read.',
    new Problem(405, 'METHOD_NOT_ALLOWED', 'This route answers GET, HEAD only.'),
  ),
} as const

export const unauthorized = {
  401: problem(
    'An API key is needed.',
    new Problem(401, 'UNAUTHORIZED', 'Send an API key as `Authorization: Bearer <key>` or `X-API-Key`.'),
  ),
} as const

/** How each route with numbers can fail. */
export const problemResponses = {
  400: problem(
    'A parameter is unknown or malformed; `errors` says which.',
    invalid([{ path: 'limit', message: 'must be a whole number from 1 to 500' }]),
  ),
  ...unauthorized,
  422: problem(
    'The parameters are well formed but cannot be served; `errors` says why.',
    unprocessable([{ path: 'time_range', message: 'from must be before to' }]),
  ),
  429: problem(
    'Too many requests; `Retry-After` says when to come again.',
    new Problem(429, 'RATE_LIMITED', 'At most 600 requests a minute are answered.', retryLater),
  ),
  500: problem(
    'An error on our side.',
    new Problem(500, 'INTERNAL_ERROR', 'The fault was logged under this request id.'),
  ),
  503: problem(
    'The database cannot be read, `after` was not applied in time, or too many requests wait; `Retry-After` says when to try again.',
    new Problem(503, 'DATABASE_ERROR', 'The database cannot be reached. Try again in a moment.', retryLater),
  ),
  504: problem(
    'Reading took too long.',
    new Problem(504, 'TIMEOUT', 'The answer took too long. A shorter range is quicker.'),
  ),
  ...httpProblems,
} as const

/** How each route fails that can be asked about one pattern. */
export const patternProblems = {
  ...problemResponses,
  404: problem('No such pattern.', patternNotFound('0197a3b4-5c6d-7e8f-9012-3456789abc99')),
} as const

/** How each route fails that takes a body. */
export const bodyProblems = {
  413: problem(
    'The body is longer than 64 KiB.',
    new Problem(413, 'CONTENT_TOO_LARGE', 'The body is longer than 65,536 bytes.'),
  ),
  415: problem(
    'The body is not declared to be JSON.',
    new Problem(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'The body must be declared as content-type: application/json.',
    ),
  ),
} as const

export const notModified = { description: 'Nothing has changed since the answer with this `ETag`.' } as const
