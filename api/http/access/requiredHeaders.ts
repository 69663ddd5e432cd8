import type { HttpBindings } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import { Problem } from '../problems/problem.ts'

/**
 * Refuses what Node.js would refuse with an empty answer: HTTP/1.1 without a Host (RFC 9112, 3.2), and an expectation
 * other than that of a 100 (RFC 9110, 10.1.1).
 */
export const checkRequiredHeaders: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const { httpVersion, headers } = (context.env as HttpBindings).incoming
  if (httpVersion === '1.1' && headers.host === undefined)
    throw new Problem(400, 'MALFORMED_REQUEST', 'A request of HTTP/1.1 must have a Host header.')
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue')
    throw new Problem(417, 'EXPECTATION_FAILED', 'No expectation but 100-continue can be met.')
  await next()
}
