import { createHash, timingSafeEqual } from 'node:crypto'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import { Problem } from '../conventions/problem.ts'

/** What anyone may ask: whether the process lives, and what the API is. */
const openPaths = /^\/(livez|readyz|openapi\.json|docs(\/.*)?)$/

const keyOf = (context: Context): string | undefined =>
  context.req.header('x-api-key') ?? /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1]

/** The caller's address. A proxy in front is one caller: what it forwards could be forged. */
const addressOf = (context: Context): string => getConnInfo(context).remote.address ?? 'unknown'

/**
 * Lets in whoever brings a key whose SHA-256 is one of `keyHashes` (hexadecimal), as `Authorization: Bearer`
 * or `X-API-Key`; everyone where there are none. Notes who asks.
 */
export const checkApiKey = (keyHashes: readonly string[]) => {
  const known = keyHashes.map((hash) => Buffer.from(hash, 'hex'))
  return createMiddleware<ApiEnv>(async (context, next) => {
    context.set('caller', addressOf(context))
    if (known.length === 0 || openPaths.test(context.req.path)) return next()
    const key = keyOf(context)
    const hash = key === undefined ? undefined : createHash('sha256').update(key).digest()
    // All are compared, each in constant time: how long it takes tells nothing of the keys.
    const matches = hash === undefined ? [] : known.filter((other) => timingSafeEqual(other, hash))
    if (matches.length === 0)
      throw new Problem(
        401,
        'UNAUTHORIZED',
        key === undefined
          ? 'Send an API key as `Authorization: Bearer <key>` or `X-API-Key`.'
          : 'This API key is not known.',
        { headers: { 'www-authenticate': 'Bearer' } },
      )
    context.set('caller', matches[0]!.toString('hex'))
    return next()
  })
}
