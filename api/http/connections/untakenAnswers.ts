import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'

export interface UntakenAnswersOptions {
  /** How much may wait to be taken by all clients together, in bytes. */
  readonly maxBytes?: number
  /** A client that takes nothing of its answer for this long is cut off, in milliseconds. */
  readonly maxStallMs?: number
  /** Called when a connection is closed for one of the two. */
  readonly onClosed: (reason: 'too_much' | 'stalled') => void
}

/** Answers that were made and not taken yet. */
export interface UntakenAnswers {
  /** How much of them is left to be taken, in bytes, at most: it is counted when an answer is made. */
  readonly bytes: number
  /** The same listener, its answers counted. */
  counted(listener: RequestListener): RequestListener
  /** Closes the connections of a server that stall. */
  watch(server: Server): void
}

/**
 * Bounds the memory of answers that clients do not take. If it is too much in all, the connection with the oldest answer
 * is closed; so is each connection that takes nothing for a while.
 */
export const createUntakenAnswers = ({
  maxBytes = 128 * 1024 * 1024,
  maxStallMs = 30_000,
  onClosed,
}: UntakenAnswersOptions): UntakenAnswers => {
  /** In the order in which they were made. */
  const untaken = new Map<Socket, number>()
  let bytes = 0

  const forget = (socket: Socket): void => {
    bytes -= untaken.get(socket) ?? 0
    untaken.delete(socket)
  }

  const close = (socket: Socket, reason: 'too_much' | 'stalled'): void => {
    forget(socket)
    onClosed(reason)
    socket.destroy()
  }

  return {
    get bytes() {
      return bytes
    },
    counted: (listener) => (request, response) => {
      const { socket } = request
      response.once('prefinish', () => {
        untaken.set(socket, socket.writableLength)
        bytes += socket.writableLength
        for (const longest of untaken.keys()) {
          if (bytes <= maxBytes) break
          close(longest, 'too_much')
        }
      })
      response.once('close', () => forget(socket))
      listener(request, response)
    },
    watch(server) {
      // The time-out of Node.js' sockets starts again with every byte in either direction.
      server.setTimeout(maxStallMs, (socket) => {
        if (untaken.has(socket)) close(socket, 'stalled')
        else socket.destroy()
      })
    },
  }
}
