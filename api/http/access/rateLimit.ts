import { createMiddleware } from 'hono/factory'
import { LRUCache } from 'lru-cache'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import { Problem } from '../problems/problem.ts'

/** Tokens left, and when they were counted. */
export interface TokenBucket {
  readonly tokens: number
  readonly at: number
}

export type RateDecision =
  | { readonly ok: true; readonly bucket: TokenBucket }
  | { readonly ok: false; readonly retryAfterSeconds: number }

/** Takes one token from a bucket that holds a minute's worth and refills evenly. Times in milliseconds. */
export const takeToken = (bucket: TokenBucket | undefined, perMinute: number, now: number): RateDecision => {
  const perMs = perMinute / 60_000
  const tokens =
    bucket === undefined ? perMinute : Math.min(perMinute, bucket.tokens + (now - bucket.at) * perMs)
  if (tokens >= 1) return { ok: true, bucket: { tokens: tokens - 1, at: now } }
  return { ok: false, retryAfterSeconds: Math.ceil((1 - tokens) / perMs / 1_000) }
}

/** Callers that are remembered. The one that was silent longest is forgotten first; its next bucket is full. */
const maxCallers = 10_000

const unlimitedPaths = new Set(['/livez', '/readyz', '/health', '/metrics'])

/** At most so many requests a minute from one caller (by key, else by address); 0 is no limit. */
export const limitRate = (perMinute: number, now: () => number = () => performance.now()) => {
  const buckets = new LRUCache<string, TokenBucket>({ max: maxCallers })
  return createMiddleware<ApiEnv>(async (context, next) => {
    if (perMinute === 0 || unlimitedPaths.has(context.req.path)) return next()
    const caller = context.get('caller')
    const decision = takeToken(buckets.get(caller), perMinute, now())
    if (!decision.ok)
      throw new Problem(429, 'RATE_LIMITED', `At most ${perMinute} requests a minute are answered.`, {
        headers: { 'retry-after': String(decision.retryAfterSeconds) },
      })
    buckets.set(caller, decision.bucket)
    return next()
  })
}
