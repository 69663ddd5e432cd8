import { createMiddleware } from 'hono/factory'

/** Answers are data: no page is to be made of them. What is a page says so itself. */
export const contentPolicy = createMiddleware(async (context, next) => {
  await next()
  const { headers } = context.res
  if (!headers.has('content-security-policy'))
    headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
})
