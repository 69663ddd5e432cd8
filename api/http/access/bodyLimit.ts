import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import { Problem } from '../problems/problem.ts'

export const maxBodyBytes = 64 * 1024

const limit = bodyLimit({
  maxSize: maxBodyBytes,
  onError: () => {
    throw new Problem(413, 'CONTENT_TOO_LARGE', 'A body can have 64 KiB at most.')
  },
}) as MiddlewareHandler<ApiEnv>

/**
 * Refuses a longer body: by its declared length before it is read, else where it passes the limit. What a GET
 * sends is never read, and looking whether it sends anything costs more than the rest of the way in.
 */
export const limitBody: MiddlewareHandler<ApiEnv> = (context, next) =>
  context.req.method === 'GET' ? next() : limit(context, next)
