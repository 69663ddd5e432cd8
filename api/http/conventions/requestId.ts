import { randomUUID } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from './apiEnv.ts'

/** Ids that a caller may choose, so that its logs and ours can be joined. */
const acceptable = /^[\w.:-]{1,128}$/

/** Gives each request an id: the caller's `X-Request-Id` if it is acceptable, else a new one. */
export const requestId = createMiddleware<ApiEnv>(async (context, next) => {
  const given = context.req.header('x-request-id')
  const id = given !== undefined && acceptable.test(given) ? given : randomUUID()
  context.set('requestId', id)
  await next()
  context.res.headers.set('x-request-id', id)
})
