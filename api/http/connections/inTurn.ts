import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface InTurnOptions {
  /** Requests of one connection that may wait behind the one that is being answered. Browsers send none ahead. */
  readonly maxOfOne?: number
  /** The same of all connections together. */
  readonly maxOfAll?: number
  /** Called when a connection is closed because it, or all connections together, sent too much ahead. */
  readonly onClosed: () => void
}

export interface InTurn {
  readonly listener: RequestListener
  /**
   * Calls `work` once all requests of a connection before the one that broke off are answered; never, if the connection
   * is closed before that. `isAnswered` says whether that request was answered before all of it had arrived.
   */
  end(socket: Socket, work: (isAnswered: boolean) => void): void
}

interface Turn {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

interface Turns {
  isBusy: boolean
  /** The last one that began: only this one can break off. */
  newest: Turn | undefined
  readonly waiting: Turn[]
  /** What to do instead of answering any further request. */
  end: (() => void) | undefined
}

/**
 * Answers the requests of a connection one after the other, each once the answer before it was taken. A client may send
 * requests without waiting (pipelining, RFC 9112, 9.3.2), and Node.js parses and answers all of them at once. Without
 * this, a client that reads nothing would make the API hold an answer for every request that it sent.
 */
export const inTurn = (
  listener: RequestListener,
  { maxOfOne = 64, maxOfAll = 2_000, onClosed }: InTurnOptions,
): InTurn => {
  const connections = new WeakMap<Socket, Turns>()
  let waitingOfAll = 0

  const turnsOf = (socket: Socket): Turns => {
    const known = connections.get(socket)
    if (known !== undefined) return known
    const turns: Turns = { isBusy: false, newest: undefined, waiting: [], end: undefined }
    connections.set(socket, turns)
    socket.once('close', () => {
      waitingOfAll -= turns.waiting.length
      turns.waiting.length = 0
    })
    return turns
  }

  const answer = (turns: Turns, { request, response }: Turn): void => {
    turns.isBusy = true
    response.once('close', () => {
      turns.isBusy = false
      // No request of a closed connection waits any more.
      if (request.socket.destroyed) return
      const next = turns.waiting.shift()
      if (next === undefined) return turns.end?.()
      waitingOfAll--
      if (turns.end !== undefined && !next.request.complete) return turns.end()
      answer(turns, next)
    })
    listener(request, response)
  }

  return {
    listener(request, response) {
      const { socket } = request
      // This was read together with the request for which the connection was closed.
      if (socket.destroyed) return
      const turns = turnsOf(socket)
      const turn = { request, response }
      turns.newest = turn
      if (!turns.isBusy) return answer(turns, turn)
      if (turns.waiting.length >= maxOfOne || waitingOfAll >= maxOfAll) {
        onClosed()
        socket.destroy()
        return
      }
      waitingOfAll++
      turns.waiting.push(turn)
    },
    end(socket, work) {
      const turns = turnsOf(socket)
      const broken = turns.newest?.request.complete === false ? turns.newest : undefined
      const end = (): void => work(broken?.response.headersSent ?? false)
      // The request that is being answered may be the one that broke off: its end never comes.
      const isBeforeIt = turns.isBusy && (broken === undefined || turns.waiting.includes(broken))
      if (isBeforeIt) turns.end = end
      else end()
    },
  }
}
