import { randomUUID } from 'node:crypto'
import { dataPolicy } from '../access/contentPolicy.ts'
import { type Problem, problemBody } from './problem.ts'

/** An answer outside of the app, to which no middleware adds anything. */
export interface BareProblem {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A problem as the answer to a request that cannot go through the app. */
export const bareProblem = (problem: Problem): BareProblem => {
  const requestId = randomUUID()
  const body = JSON.stringify(problemBody(problem, requestId))
  return {
    status: problem.status,
    headers: {
      ...problem.headers,
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      'content-security-policy': dataPolicy,
      'x-content-type-options': 'nosniff',
      'x-request-id': requestId,
    },
    body,
  }
}
