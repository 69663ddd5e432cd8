import { createHash, timingSafeEqual } from 'node:crypto'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import { Problem } from '../problems/problem.ts'
import { createKeyGuesses } from './keyGuesses.ts'

/** What anyone may ask: whether the process lives, and what the API is. */
const openPaths = /^\/(livez|readyz|openapi\.json|docs(\/.*)?)$/

const keyOf = (context: Context): string | undefined =>
  context.req.header('x-api-key') ?? /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1]

/** The caller's address. A proxy in front is one caller: what it forwards could be forged. */
const addressOf = (context: Context): string => getConnInfo(context).remote.address ?? 'unknown'

const unauthorized = (detail: string): Problem =>
  new Problem(401, 'UNAUTHORIZED', detail, { headers: { 'www-authenticate': 'Bearer' } })

/**
 * Lets requests in that have a key with one of these SHA-256 hashes (hexadecimal), as `Authorization: Bearer` or
 * `X-API-Key`; all requests if there are no hashes. Notes who asks. A wrong key is a 401, and a 429 if its address sent
 * too many of them. A right key is let in, whatever else came from its address.
 */
export const checkApiKey = (keyHashes: readonly string[], guesses = createKeyGuesses()) => {
  const known = keyHashes.map((hash) => Buffer.from(hash, 'hex'))
  return createMiddleware<ApiEnv>(async (context, next) => {
    const address = addressOf(context)
    context.set('caller', address)
    if (known.length === 0 || openPaths.test(context.req.path)) return next()
    const key = keyOf(context)
    // This is no guess, so it does not count: a probe without a key must not shut others out.
    if (key === undefined)
      throw unauthorized('Send an API key as `Authorization: Bearer <key>` or `X-API-Key`.')
    const hash = createHash('sha256').update(key).digest()
    // All are compared, each in constant time, so that the time taken says nothing about the keys.
    const matches = known.filter((other) => timingSafeEqual(other, hash))
    if (matches.length === 0) {
      const waitSeconds = guesses.wrong(address)
      if (waitSeconds === undefined) throw unauthorized('This API key is not known.')
      throw new Problem(429, 'RATE_LIMITED', 'Too many wrong API keys came from this address.', {
        headers: { 'retry-after': String(waitSeconds) },
      })
    }
    context.set('caller', hash.toString('hex'))
    return next()
  })
}
