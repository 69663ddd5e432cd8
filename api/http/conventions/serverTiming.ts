import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from './apiEnv.ts'

/** Collects how long the parts of one request took. */
export interface ServerTiming {
  /** Runs `work` and adds the time that it took to the part's. */
  measure<Result>(part: string, work: () => Promise<Result>): Promise<Result>
  /** The value of the header, in milliseconds. */
  header(): string
}

export const createServerTiming = (now: () => number = () => performance.now()): ServerTiming => {
  const began = now()
  const parts = new Map<string, number>()
  return {
    async measure(part, work) {
      const start = now()
      try {
        return await work()
      } finally {
        parts.set(part, (parts.get(part) ?? 0) + now() - start)
      }
    },
    header() {
      parts.set('total', now() - began)
      return [...parts].map(([part, ms]) => `${part};dur=${ms.toFixed(2)}`).join(', ')
    },
  }
}

export const serverTiming = createMiddleware<ApiEnv>(async (context, next) => {
  const timing = createServerTiming()
  context.set('timing', timing)
  await next()
  context.res.headers.set('server-timing', timing.header())
})
