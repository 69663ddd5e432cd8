import { Agent, request as open } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** What is asked: a path to GET, or with a body to POST. */
export type Asked = string | { readonly path: string; readonly body: object }

export interface LoadOptions {
  readonly port: number
  readonly requestsPerSecond: number
  readonly seconds: number
  /** What each request asks. */
  readonly ask: () => Asked
}

export interface LoadResult {
  /** From when each request was due to its last byte: a stall delays all that were due meanwhile. */
  readonly milliseconds: number[]
  readonly errors: number
  readonly bytes: number
}

/** Sends requests when they are due, whether or not those before were answered. */
export const runOpenLoop = async ({
  port,
  requestsPerSecond,
  seconds,
  ask,
}: LoadOptions): Promise<LoadResult> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const milliseconds: number[] = []
  let errors = 0
  let bytes = 0
  const send = (due: number): Promise<void> =>
    new Promise((resolve) => {
      const fail = () => {
        errors++
        resolve()
      }
      const asked = ask()
      const [method, path, body] =
        typeof asked === 'string' ? ['GET', asked] : ['POST', asked.path, JSON.stringify(asked.body)]
      // As a browser asks: compressed.
      const headers = { 'accept-encoding': 'gzip', ...(body && { 'content-type': 'application/json' }) }
      const request = open({ host: '127.0.0.1', port, method, path, agent, headers }, (response) => {
        response.on('data', (chunk: Buffer) => (bytes += chunk.length))
        response.on('error', fail)
        response.on('end', () => {
          milliseconds.push(performance.now() - due)
          if (response.statusCode !== 200) errors++
          resolve()
        })
      })
      request.on('error', fail)
      request.end(body)
    })
  const began = performance.now()
  const pending: Promise<void>[] = []
  for (let i = 0; i < requestsPerSecond * seconds; i++) {
    const due = began + (i * 1_000) / requestsPerSecond
    const wait = due - performance.now()
    if (wait > 0) await delay(wait)
    pending.push(send(due))
  }
  await Promise.all(pending)
  agent.destroy()
  return { milliseconds, errors, bytes }
}
