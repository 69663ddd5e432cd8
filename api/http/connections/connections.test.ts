import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { startTestApi } from '../../testing/startTestApi.ts'
import { inTurn } from './inTurn.ts'
import { createUntakenAnswers } from './untakenAnswers.ts'

/** More than the system takes off a process for a client that reads nothing. */
const answerBytes = 8 * 1024 * 1024
const request = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

const listen = async (listener: RequestListener) => {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  /** A client that sends some requests at once. */
  const send = (count: number): Socket => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request.repeat(count)))
    socket.on('error', () => {})
    ends.push(() => socket.destroy())
    return socket
  }
  return { server, port, send }
}

const answeredInTurn = (...parts: Parameters<typeof inTurn>): RequestListener => inTurn(...parts).listener

const until = (isSo: () => boolean) => vi.waitUntil(isSo, { timeout: 25_000, interval: 5 })

/** Counts what is under way, of a listener that answers each path's bytes a turn later. */
const countedAnswers = (answer: Buffer = Buffer.alloc(answerBytes)) => {
  const count = { started: 0 }
  const listener: RequestListener = (_, response) => {
    count.started++
    setImmediate(() => response.end(answer))
  }
  return { count, listener }
}

const textOf = async (socket: Socket): Promise<string> => {
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(socket, 'close')
  return text
}

describe('requests that are sent ahead', () => {
  it('are answered one after the other, in order', async () => {
    const paths: (string | undefined)[] = []
    let underWay = 0
    const onClosed = vi.fn()
    const { port } = await listen(
      answeredInTurn(
        (asked, response) => {
          paths.push(asked.url)
          expect(++underWay).toBe(1)
          response.once('finish', () => underWay--)
          setImmediate(() => response.end(`<${asked.url}>`))
        },
        { onClosed },
      ),
    )
    const socket = connect(port, '127.0.0.1')
    const wanted = Array.from({ length: 50 }, (_, i) => `/${i}`)
    socket.write(
      wanted
        .map((path, i) => `GET ${path} HTTP/1.1\r\nhost: a\r\n${i === 49 ? 'connection: close\r\n' : ''}\r\n`)
        .join(''),
    )
    const text = await textOf(socket)
    expect(paths).toEqual(wanted)
    expect([...text.matchAll(/<(\/\d+)>/g)].map(([, path]) => path)).toEqual(wanted)
    expect(onClosed).not.toHaveBeenCalled()
  })

  it('wait in vain for a client that takes nothing: one answer is made for it', async () => {
    const { count, listener } = countedAnswers()
    const onClosed = vi.fn()
    const { send } = await listen(answeredInTurn(listener, { onClosed }))
    const clients = Array.from({ length: 20 }, () => send(40).pause())
    await until(() => count.started === clients.length)
    // The requests of all were parsed by the time that another client is answered.
    const other = send(1)
    await once(other, 'data')
    expect(count.started).toBe(clients.length + 1)
    expect(onClosed).not.toHaveBeenCalled()
  })

  it('are too many at some point: the connection is closed, and others are answered', async () => {
    const { count, listener } = countedAnswers(Buffer.from('taken'))
    const onClosed = vi.fn()
    const { send } = await listen(answeredInTurn(listener, { maxOfOne: 10, onClosed }))
    await once(send(200), 'close')
    expect(onClosed).toHaveBeenCalledTimes(1)
    expect(count.started).toBe(1)
    await once(send(11), 'data')
    expect(onClosed).toHaveBeenCalledTimes(1)
  })

  it('are too many in all at some point, and make room when their connections end', async () => {
    const { count, listener } = countedAnswers()
    const onClosed = vi.fn()
    const { send } = await listen(answeredInTurn(listener, { maxOfAll: 100, onClosed }))
    const clients = Array.from({ length: 10 }, () => send(11).pause())
    await until(() => count.started === clients.length)
    await once(send(2), 'close')
    expect(onClosed).toHaveBeenCalledTimes(1)
    for (const client of clients) client.destroy()
    await vi.waitFor(
      async () => {
        const [happened] = await Promise.race([once(send(2), 'data'), once(send(2), 'close')])
        expect(happened).toBeInstanceOf(Buffer)
      },
      { timeout: 25_000 },
    )
  })
})

describe('answers that are not taken', () => {
  it('are kept up to so many bytes: the client that has not taken one for longest is cut off', async () => {
    const maxBytes = 5 * answerBytes
    const onClosed = vi.fn()
    const untaken = createUntakenAnswers({ maxBytes, onClosed })
    const { count, listener } = countedAnswers()
    let max = 0
    const { send } = await listen(
      untaken.counted((asked, response) => {
        response.once('prefinish', () => (max = Math.max(max, untaken.bytes)))
        listener(asked, response)
      }),
    )
    const clients: Socket[] = []
    for (let i = 1; i <= 20; i++) {
      clients.push(send(1).pause())
      await until(() => count.started === i)
    }
    await until(() => onClosed.mock.calls.length >= 15)
    expect(max).toBeLessThanOrEqual(maxBytes)
    expect(new Set(onClosed.mock.calls.flat())).toEqual(new Set(['too_much']))
    // The last answer is still there for its client.
    let taken = 0
    clients
      .at(-1)!
      .on('data', ({ length }: Buffer) => (taken += length))
      .resume()
    await until(() => taken > answerBytes)
  })

  it('are forgotten once they are taken', async () => {
    const untaken = createUntakenAnswers({ onClosed: expect.unreachable })
    const { listener } = countedAnswers()
    const { port } = await listen(untaken.counted(listener))
    const response = await fetch(`http://127.0.0.1:${port}/`)
    expect((await response.arrayBuffer()).byteLength).toBe(answerBytes)
    await until(() => untaken.bytes === 0)
  })

  it('end the connection after a while, but not if the client goes on taking', async () => {
    const maxStallMs = 2_000
    const onClosed = vi.fn()
    const untaken = createUntakenAnswers({ maxStallMs, onClosed })
    const { listener } = countedAnswers()
    const { server, send } = await listen(untaken.counted(listener))
    untaken.watch(server)
    send(1).pause()
    const began = performance.now()
    const slow = send(1)
    let taken = 0
    slow.on('data', ({ length }: Buffer) => {
      taken += length
      slow.pause()
      setTimeout(() => slow.resume(), 20)
    })
    await until(() => taken > answerBytes)
    expect(performance.now() - began).toBeGreaterThan(maxStallMs)
    await until(() => onClosed.mock.calls.length > 0)
    expect(onClosed.mock.calls).toEqual([['stalled']])
  })
})

test('the API closes the connection of a client that sends too much ahead, and counts how many it closed', async () => {
  const api = await startTestApi()
  const { port } = new URL(api.url)
  const ahead = connect(Number(port), '127.0.0.1')
  ahead.on('error', () => {}).write('GET /livez HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(400))
  await once(ahead, 'close')
  const { text } = await api.get('/metrics')
  expect(text).toContain('pattern_api_connections_closed_total{reason="sent_ahead"} 1')
  expect(text).toContain('pattern_api_connections_closed_total{reason="stalled"} 0')
  await api.stop()
})
