import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { ApiEnv } from '../conventions/apiEnv.ts'

/**
 * Lets pages of these origins read answers (the Fetch standard's CORS), preflights without a key. Each list is
 * what the API takes and says, and no more: it reads, and POST is a comparison's question.
 */
export const allowOrigins = (origins: readonly string[]): MiddlewareHandler<ApiEnv> =>
  cors({
    origin: [...origins],
    allowMethods: ['GET', 'HEAD', 'POST'],
    allowHeaders: ['authorization', 'content-type', 'if-none-match', 'x-api-key', 'x-request-id'],
    exposeHeaders: ['etag', 'retry-after', 'server-timing', 'x-request-id'],
    maxAge: 600,
  })
