import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface InTurnOptions {
  /** Requests of one connection that may wait behind the one that is being answered. Browsers send none ahead. */
  readonly mostOfOne?: number
  /** The same of all connections together. */
  readonly mostOfAll?: number
  /** Told when a connection is closed because it, or all together, sent too much ahead. */
  readonly onClosed: () => void
}

interface Turns {
  isBusy: boolean
  readonly waiting: { readonly request: IncomingMessage; readonly response: ServerResponse }[]
}

/**
 * Answers the requests of a connection one after the other, the next once the answer before it was taken. A client
 * may send on without waiting (pipelining, RFC 9112, 9.3.2), and Node.js parses and answers all that came at once:
 * whoever reads nothing would have as many answers made and kept as requests fit into what is read of a socket.
 */
export const inTurn = (
  listener: RequestListener,
  { mostOfOne = 64, mostOfAll = 2_000, onClosed }: InTurnOptions,
): RequestListener => {
  const connections = new WeakMap<Socket, Turns>()
  let waitingOfAll = 0

  const turnsOf = (socket: Socket): Turns => {
    const known = connections.get(socket)
    if (known !== undefined) return known
    const turns: Turns = { isBusy: false, waiting: [] }
    connections.set(socket, turns)
    socket.once('close', () => {
      waitingOfAll -= turns.waiting.length
      turns.waiting.length = 0
    })
    return turns
  }

  const answer = (turns: Turns, request: IncomingMessage, response: ServerResponse): void => {
    turns.isBusy = true
    response.once('close', () => {
      turns.isBusy = false
      // Of one that was closed nobody waits any more.
      const next = request.socket.destroyed ? undefined : turns.waiting.shift()
      if (next === undefined) return
      waitingOfAll--
      answer(turns, next.request, next.response)
    })
    listener(request, response)
  }

  return (request, response) => {
    const { socket } = request
    // What else was read together with the request for which it was closed.
    if (socket.destroyed) return
    const turns = turnsOf(socket)
    if (!turns.isBusy) return answer(turns, request, response)
    if (turns.waiting.length >= mostOfOne || waitingOfAll >= mostOfAll) {
      onClosed()
      socket.destroy()
      return
    }
    waitingOfAll++
    turns.waiting.push({ request, response })
  }
}
