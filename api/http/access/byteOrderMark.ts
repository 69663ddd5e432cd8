import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import { invalid } from '../problems/problem.ts'

const byteOrderMark = Buffer.from('\ufeff')
const message = 'begins with a byte order mark (U+FEFF), which JSON must not'

/** Refuses a body that begins with a byte order mark, as a message is refused. Looks at the bytes, since decoding drops the mark. */
export const refuseByteOrderMark: MiddlewareHandler<ApiEnv> = async (context, next) => {
  if (context.req.method === 'POST') {
    const start = new Uint8Array(await context.req.arrayBuffer()).subarray(0, byteOrderMark.length)
    if (byteOrderMark.equals(start)) throw invalid([{ path: 'body', message }])
  }
  await next()
}
