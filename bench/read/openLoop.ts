import { Agent, get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

export interface LoadOptions {
  readonly port: number
  readonly requestsPerSecond: number
  readonly seconds: number
  /** The path of each request. */
  readonly path: () => string
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
  path,
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
      const request = get(
        // As a browser asks: compressed.
        { host: '127.0.0.1', port, path: path(), agent, headers: { 'accept-encoding': 'gzip' } },
        (response) => {
          response.on('data', (chunk: Buffer) => (bytes += chunk.length))
          response.on('error', fail)
          response.on('end', () => {
            milliseconds.push(performance.now() - due)
            if (response.statusCode !== 200) errors++
            resolve()
          })
        },
      )
      request.on('error', fail)
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
