import { createMiddleware } from 'hono/factory'

/** Answers are data, and no browser should show them as a page. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

/** Sets the policy for data, unless a page has set its own. */
export const contentPolicy = createMiddleware(async (context, next) => {
  await next()
  const { headers } = context.res
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', dataPolicy)
})
