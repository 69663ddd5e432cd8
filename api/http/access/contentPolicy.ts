import { createMiddleware } from 'hono/factory'

/** Answers are data: no page is to be made of them. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

/** The policy of data, unless what is a page says its own. */
export const contentPolicy = createMiddleware(async (context, next) => {
  await next()
  const { headers } = context.res
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', dataPolicy)
})
