import { z } from '@hono/zod-openapi'
import type { InputFault, Resolved } from '../../values/resolved.ts'

/** Every code that an error of this API can carry, with the title that goes with it. */
export const problemTitles = {
  INVALID_INPUT: 'The request is not valid',
  UNPROCESSABLE_INPUT: 'The request is valid, and cannot be served',
  ROUTE_NOT_FOUND: 'There is no such route',
  METHOD_NOT_ALLOWED: 'The route does not answer this method',
  CONTENT_TOO_LARGE: 'The body is too long',
  UNSUPPORTED_MEDIA_TYPE: 'The body is not declared as JSON',
  MALFORMED_REQUEST: 'This is not a request of HTTP/1.1',
  REQUEST_TIMEOUT: 'The request took too long to arrive',
  EXPECTATION_FAILED: 'The expectation cannot be met',
  HEADERS_TOO_LARGE: 'The URL and the headers are too long',
  METHOD_NOT_IMPLEMENTED: 'There is no such method',
  PATTERN_NOT_FOUND: 'There is no such pattern',
  INSUFFICIENT_DATA: 'There is too little data to answer',
  RATE_LIMITED: 'Too many requests',
  UNAUTHORIZED: 'A valid API key is needed',
  DATABASE_ERROR: 'The database cannot be read right now',
  TIMEOUT: 'The answer took too long',
  INTERNAL_ERROR: 'Something broke on our side',
} as const

export type ProblemCode = keyof typeof problemTitles

export const problemSchema = z
  .object({
    type: z.string().openapi({ description: 'Names the kind of problem; the same for every request.' }),
    title: z.string().openapi({ description: 'The kind in words.' }),
    status: z.int().openapi({ description: 'The HTTP status.' }),
    detail: z.string().openapi({ description: 'What is wrong with this request.' }),
    code: z
      .enum(Object.keys(problemTitles) as [ProblemCode, ...ProblemCode[]])
      .openapi({ description: 'The kind, for programs.' }),
    request_id: z.string().openapi({ description: 'The id of the request in our log.' }),
    errors: z
      .array(
        z.object({
          path: z.string().openapi({ description: 'The parameter or field.' }),
          message: z.string().openapi({ description: 'What is wrong with it.' }),
        }),
      )
      .optional()
      .openapi({ description: 'Each fault of the request, if it has any.' }),
  })
  .openapi('Problem', { description: 'RFC 9457 problem details.' })

export type ProblemBody = z.infer<typeof problemSchema>

export interface ProblemOptions {
  readonly errors?: readonly InputFault[]
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** A request that is answered with a problem. Thrown wherever the fault is found; answered in one place. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: ProblemCode
  readonly errors: readonly InputFault[] | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause })
    this.status = status
    this.code = code
    this.errors = options.errors
    this.headers = options.headers ?? {}
  }
}

/** Faults as one text; their messages begin with a verb. */
export const faultsText = (faults: readonly InputFault[]): string =>
  faults.map(({ path, message }) => `${path} ${message}`).join('; ')

/** A parameter or body that breaks its rules: 400, with the field that is at fault. */
export const invalid = (faults: readonly InputFault[]): Problem =>
  new Problem(400, 'INVALID_INPUT', faultsText(faults), { errors: faults })

/** A parameter that is well formed but cannot be served: 422, with the field that is at fault. */
export const unprocessable = (faults: readonly InputFault[]): Problem =>
  new Problem(422, 'UNPROCESSABLE_INPUT', faults.map((fault) => fault.message).join('; '), { errors: faults })

/** The value, or a 422 that names the parameter. */
export const orRefuse = <Value>(result: Resolved<Value>): Value => {
  if (result.ok) return result.value
  throw unprocessable(result.faults)
}

export const patternNotFound = (patternId: string): Problem =>
  new Problem(404, 'PATTERN_NOT_FOUND', `No event of the pattern ${patternId} was ever seen.`)

/** The problem as it is sent. */
export const problemBody = (problem: Problem, requestId: string): ProblemBody => ({
  type: `urn:problem:pattern-dashboard:${problem.code.toLowerCase().replaceAll('_', '-')}`,
  title: problemTitles[problem.code],
  status: problem.status,
  detail: problem.message,
  code: problem.code,
  request_id: requestId,
  ...(problem.errors === undefined ? {} : { errors: [...problem.errors] }),
})
