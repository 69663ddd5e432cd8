import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { ApiEnv } from '../conventions/apiEnv.ts'

/**
 * Lets pages of these origins read answers (CORS of the Fetch standard); preflights need no key. The lists hold what the
 * API accepts and sends, and no more. It only reads: POST asks for a comparison.
 */
export const allowOrigins = (origins: readonly string[]): MiddlewareHandler<ApiEnv> =>
  cors({
    origin: [...origins],
    allowMethods: ['GET', 'HEAD', 'POST'],
    allowHeaders: ['authorization', 'content-type', 'if-none-match', 'x-api-key', 'x-request-id'],
    exposeHeaders: ['etag', 'retry-after', 'server-timing', 'x-request-id'],
    maxAge: 600,
  })
