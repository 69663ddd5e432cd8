import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { type FrameSocket, openFrameSocket } from './frameSocket.ts'

const require = createRequire(import.meta.url)

/** What we know and change of kafkajs' connections. */
interface Connection {
  readonly host: string
  readonly port: number
  readonly ssl: ConnectionOptions | boolean | null
  readonly connectionTimeout: number
  readonly requestQueue: {
    readonly inflight: ReadonlyMap<number, InFlight>
    rejectAll(error: Error): void
    waitForPendingRequests(): Promise<void>
    destroy(): void
  }
  readonly authHandlers: { onError(): void } | null
  readonly sessionLifetime: { readonly value: bigint }
  authenticatedAt: unknown
  connectionStatus: 'connected' | 'disconnecting' | 'disconnected'
  /** What arrived and was not handed over yet. */
  chunks: Buffer[]
  socket?: Socket | undefined
  opening?: Promise<boolean> | undefined
  /** When it last broke, was silent, or could not be opened; absent while that never happened. */
  failedAt?: number | undefined
  isConnected(): boolean
  processData(this: Connection, frame: Buffer): void
  connect(this: Connection): Promise<boolean>
  disconnect(this: Connection): Promise<boolean>
}

interface InFlight {
  readonly sentAt: number | null
  readonly requestTimeout: number
  readonly entry: { readonly apiName: string }
}

interface Errors {
  readonly KafkaJSConnectionError: new (message: string, of: { broker: string; code?: string }) => Error
  readonly KafkaJSConnectionClosedError: new (message: string, of: { host: string; port: number }) => Error
  readonly KafkaJSRequestTimeoutError: new (message: string, of: { broker: string }) => Error
}

const checkSilenceMs = 250
/** A broker takes one authentication a second over a connection. */
const minSessionMs = 1_000

/**
 * Connections as we need them: an answer that is overdue while nothing comes closes its connection, what a socket
 * tells is of that socket alone, and a session is renewed before it ends, however short it is. As shipped a connection
 * that fell silent is used again and again; the end of an old socket closes its successor, which also gets the rest
 * of a response that the old one began; requests that find the connection closed at the same time each open a
 * socket and lose the others'; and a session that lasts less than ten seconds is renewed with each request.
 */
export const patchConnections = (): void => {
  const { prototype } = require('kafkajs/src/network/connection') as { readonly prototype: Connection }
  prototype.connect = async function () {
    return (this.opening ??= open(this).finally(() => (this.opening = undefined)))
  }
  prototype.disconnect = async function () {
    await this.opening?.catch(() => false)
    const { socket } = this
    if (!socket) return true
    this.connectionStatus = 'disconnecting'
    await this.requestQueue.waitForPendingRequests()
    if (this.socket === socket) {
      letGo(this)
      socket.destroySoon()
    }
    return true
  }
  const { processData } = prototype
  // As shipped it keeps the nothing that is left of the response before, and copies each response to join the two.
  prototype.processData = function (frame) {
    this.chunks = []
    processData.call(this, frame)
  }
  Object.defineProperty(prototype, 'reauthenticationThreshold', {
    get(this: Connection) {
      const sessionMs = Number(this.sessionLifetime.value)
      return Math.floor(Math.max(0, Math.min(sessionMs / 5, sessionMs - minSessionMs)))
    },
    set() {
      // kafkajs sets what it was given, the same for sessions of any length
    },
  })
}

const open = async (connection: Connection): Promise<boolean> => {
  if (connection.isConnected()) return true
  connection.authenticatedAt = null
  const { host, port, ssl } = connection
  const broker = `${host}:${port}`
  const errors = require('kafkajs/src/errors') as Errors
  let opened: FrameSocket

  const explain = (error: Error & { code?: string }) =>
    new errors.KafkaJSConnectionError(`Connection error: ${error.message || error.code}`, {
      broker,
      ...(error.code === undefined ? {} : { code: error.code }),
    })
  const lose = (error: Error) => {
    clearInterval(silence)
    if (connection.socket !== opened.socket) return
    connection.failedAt = Date.now()
    letGo(connection)
    connection.authHandlers?.onError()
    connection.requestQueue.rejectAll(error)
    opened.socket.destroy()
  }
  const loseWhereSilent = () => {
    const overdue = findOverdue(connection, opened.receivedAt())
    if (overdue) lose(new errors.KafkaJSRequestTimeoutError(`Request ${overdue} timed out`, { broker }))
  }

  try {
    opened = await openFrameSocket({
      host,
      port,
      ssl,
      timeoutMs: connection.connectionTimeout,
      onFrame: (frame) => connection.processData(frame),
      onLost: (error) =>
        lose(
          error
            ? explain(error)
            : new errors.KafkaJSConnectionClosedError('Closed connection', { host, port }),
        ),
    })
  } catch (error) {
    connection.failedAt = Date.now()
    throw explain(error as Error)
  }
  connection.socket = opened.socket
  connection.connectionStatus = 'connected'
  // What has come while this process could not look is read first.
  const silence = setInterval(() => setImmediate(loseWhereSilent), checkSilenceMs).unref()
  return true
}

/** The name of a request that waits for longer than it may, while nothing has come for as long. */
const findOverdue = ({ requestQueue }: Connection, receivedAt: number): string | undefined => {
  const now = Date.now()
  for (const { sentAt, requestTimeout, entry } of requestQueue.inflight.values())
    if (sentAt !== null && now - Math.max(sentAt, receivedAt) > requestTimeout) return entry.apiName
  return undefined
}

/** As closed: the next request opens it again. */
const letGo = (connection: Connection): void => {
  connection.socket = undefined
  connection.authenticatedAt = null
  connection.connectionStatus = 'disconnected'
  connection.requestQueue.destroy()
}
