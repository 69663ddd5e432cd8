import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface InTurnOptions {
  /** Requests of one connection that may wait behind the one that is being answered. Browsers send none ahead. */
  readonly maxOfOne?: number
  /** The same of all connections together. */
  readonly maxOfAll?: number
  /** Told when a connection is closed because it, or all together, sent too much ahead. */
  readonly onClosed: () => void
}

export interface InTurn {
  readonly listener: RequestListener
  /**
   * Calls back once all requests of a connection before the one that broke off are answered, and never if the
   * connection is closed until then. Told whether that one had its answer already, before it was there in whole.
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
  /** What is to be done in place of any further answer. */
  end: (() => void) | undefined
}

/**
 * Answers the requests of a connection one after the other, the next once the answer before it was taken. A client
 * may send on without waiting (pipelining, RFC 9112, 9.3.2), and Node.js parses and answers all that came at once:
 * whoever reads nothing would have as many answers made and kept as requests fit into what is read of a socket.
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
      // Of one that was closed nobody waits any more.
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
      // What else was read together with the request for which it was closed.
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
      // The one that is being answered may be the one that waits in vain for its end.
      const isBeforeIt = turns.isBusy && (broken === undefined || turns.waiting.includes(broken))
      if (isBeforeIt) turns.end = end
      else end()
    },
  }
}
