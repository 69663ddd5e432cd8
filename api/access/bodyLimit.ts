import { bodyLimit } from 'hono/body-limit'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import { Problem } from '../conventions/problem.ts'

export const mostBodyBytes = 64 * 1024

/** Refuses a longer body: by its declared length before it is read, else where it passes the limit. */
export const limitBody = bodyLimit({
  maxSize: mostBodyBytes,
  onError: () => {
    throw new Problem(413, 'INVALID_INPUT', 'A body can have 64 KiB at most.')
  },
}) as import('hono').MiddlewareHandler<ApiEnv>
