import type { Socket } from 'node:net'
import type pg from 'pg'

/** A connection said nothing for too long while an answer was due. It is not known whether the statement was done. */
export class SilentDatabaseError extends Error {
  override readonly name = 'SilentDatabaseError'
  /** As the system says it of a connection that it finds dead itself. */
  readonly code = 'ETIMEDOUT'

  constructor(silenceMs: number) {
    super(`The database has not answered for ${silenceMs / 1_000} s`)
  }
}

/**
 * Breaks a connection that says nothing for `silenceMs` while an answer is due, as after a failover that nothing told
 * this side. What is under way on it fails as on any other broken connection, and it does not go back into its pool. pg's
 * own `query_timeout` fails the one query and leaves the connection as it is, with an answer still to come.
 */
export const breakWhenSilent = (client: pg.PoolClient, silenceMs: number, onSilent: () => void): void => {
  const stream = client.connection.stream as Socket
  stream.on('timeout', () => {
    const { bytesRead } = stream
    // If it was we who hung, what came meanwhile is read before this.
    setImmediate(() => {
      if (stream.bytesRead !== bytesRead || stream.timeout === 0 || stream.destroyed) return
      stream.destroy(new SilentDatabaseError(silenceMs))
      onSilent()
    })
  })
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  const bounded = (...args: unknown[]): unknown => {
    stream.setTimeout(silenceMs)
    return query(...args)
  }
  client.query = bounded as typeof client.query
  client.on('drain', () => stream.setTimeout(0))
}
