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
 * Refuses a longer body: by its declared length before it is read, or else as soon as it passes the limit. The body of
 * a GET is never read, and checking whether it has one costs more than all other middleware.
 */
export const limitBody: MiddlewareHandler<ApiEnv> = (context, next) =>
  context.req.method === 'GET' ? next() : limit(context, next)
