import { maxHeaderSize, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { bareProblem } from '../problems/bareProblem.ts'
import { Problem, type ProblemCode } from '../problems/problem.ts'
import type { InTurn } from './inTurn.ts'

export interface UnreadableOptions {
  readonly inTurn: Pick<InTurn, 'end'>
  /** Called for each request that is answered here. */
  readonly onAnswered: (code: ProblemCode) => void
}

/** An error of Node.js' parser, or of the connection. */
type ClientError = Error & { readonly code?: string; readonly reason?: string }

/** How long a client may still send, in milliseconds. It would lose the answer if the connection was closed at once. */
const lingerMs = 1_000

const unknownMethod = new Problem(501, 'METHOD_NOT_IMPLEMENTED', 'No route answers a method of this name.')

/** What is wrong with a request that cannot be parsed; `undefined` if it is the connection that broke. */
const problemOf = ({ code, reason }: ClientError): Problem | undefined => {
  if (code === 'HPE_INVALID_METHOD') return unknownMethod
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem(
      431,
      'HEADERS_TOO_LARGE',
      `The URL and the headers can have ${maxHeaderSize / 1_024} KiB together at most.`,
    )
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return new Problem(413, 'CONTENT_TOO_LARGE', 'The chunks of the body have too long extensions.')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem(408, 'REQUEST_TIMEOUT', 'The request did not arrive in time.')
  if (code?.startsWith('HPE_'))
    return new Problem(400, 'MALFORMED_REQUEST', `The request is not HTTP/1.1: ${reason}.`)
  return undefined
}

/**
 * Answers requests that Node.js would refuse with an empty answer or none: those that its parser does not accept, and
 * CONNECT. Each gets a problem, in its turn, as the last answer of its connection.
 */
export const answerUnreadable = (server: Server, { inTurn, onAnswered }: UnreadableOptions): void => {
  const ended = new WeakSet<Duplex>()

  const write = (socket: Duplex, problem: Problem): void => {
    const { status, headers, body } = bareProblem(problem)
    const lines = Object.entries({ ...headers, date: new Date().toUTCString(), connection: 'close' }).map(
      ([name, value]) => `${name}: ${value}`,
    )
    socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'))
    onAnswered(problem.code)
  }

  const end = (socket: Duplex, problem: Problem): void => {
    // What comes after it is only the same fault again.
    if (ended.has(socket)) return
    ended.add(socket)
    inTurn.end(socket as Socket, (isAnswered) => {
      if (isAnswered) socket.end()
      else write(socket, problem)
      const timer = setTimeout(() => socket.destroy(), lingerMs)
      socket.once('close', () => clearTimeout(timer)).resume()
    })
  }

  server.on('clientError', (error: ClientError, socket) => {
    const problem = problemOf(error)
    if (problem !== undefined && socket.writable) end(socket, problem)
    else socket.destroy()
  })
  server.on('connect', (_, socket) => {
    socket.on('error', () => {})
    end(socket, unknownMethod)
  })
}
