import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestApi, type TestApi } from '../../testing/startTestApi.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api?.stop())

const open = (): Socket => connect(Number(new URL(api.url).port), '127.0.0.1').on('error', () => {})

/** All that comes back for some bytes, until the connection is closed. */
const send = async (text: string): Promise<string> => {
  const socket = open()
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  socket.write(text)
  await once(socket, 'close')
  return answer
}

const get = (path: string, ...headers: string[]) =>
  `${[`GET ${path} HTTP/1.1`, 'host: a', ...headers].join('\r\n')}\r\n\r\n`

/** The last answer of a connection, which must be a problem, whole, and with its headers. */
const problemIn = (answer: string): { status: number; code: string; detail: string } => {
  const [head, body] = answer
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .at(-1)!
    .split('\r\n\r\n') as [string, string]
  const [statusLine, ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(': ', 2)))
  expect(headers).toMatchObject({
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
    date: expect.anything(),
  })
  const problem = JSON.parse(body)
  expect(problem).toMatchObject({
    request_id: headers['x-request-id'],
    status: Number(statusLine!.slice(9, 12)),
  })
  expect(problem.type).toBe(
    `urn:problem:pattern-dashboard:${problem.code.toLowerCase().replaceAll('_', '-')}`,
  )
  return problem
}

const statusesIn = (answer: string): number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

const compare =
  'POST /api/pattern-analytics/compare HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n'

describe('a request that Node.js does not take is answered with a problem:', () => {
  it.each([
    ['a URL of over 16 KiB', get(`/?${'x'.repeat(17_000)}`), 431, 'HEADERS_TOO_LARGE'],
    ['a URL of over 100 KiB', get(`/?${'x'.repeat(110_000)}`), 431, 'HEADERS_TOO_LARGE'],
    ['headers of over 16 KiB', get('/livez', `x: ${'x'.repeat(17_000)}`), 431, 'HEADERS_TOO_LARGE'],
    ['an unknown method', 'BREW /livez HTTP/1.1\r\nhost: a\r\n\r\n', 501, 'METHOD_NOT_IMPLEMENTED'],
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n', 501, 'METHOD_NOT_IMPLEMENTED'],
    ['a greeting of TLS', '\u0016\u0003\u0001\u0002', 501, 'METHOD_NOT_IMPLEMENTED'],
    ['another version', 'GET /livez HTTP/9.9\r\nhost: a\r\n\r\n', 400, 'MALFORMED_REQUEST'],
    ['a header without a colon', get('/livez', 'x y'), 400, 'MALFORMED_REQUEST'],
    ['a length that is no number', `${compare}content-length: x\r\n\r\n{}`, 400, 'MALFORMED_REQUEST'],
    ['a chunk that is none', `${compare}transfer-encoding: chunked\r\n\r\nzz\r\n`, 400, 'MALFORMED_REQUEST'],
    ['no Host', 'GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'MALFORMED_REQUEST'],
    [
      'a Host that is none',
      'GET /livez HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n',
      400,
      'MALFORMED_REQUEST',
    ],
    ['a target that is no path', get('*', 'connection: close'), 400, 'MALFORMED_REQUEST'],
    ['a URL that is none', get('http://[/livez', 'connection: close'), 400, 'MALFORMED_REQUEST'],
    ['an expectation', get('/livez', 'expect: wonders', 'connection: close'), 417, 'EXPECTATION_FAILED'],
  ])('%s', async (_, text, status, code) => {
    expect(problemIn(await send(text))).toMatchObject({ status, code })
  })

  it('nothing, if the client just goes', async () => {
    const socket = open().resume().end('GET /livez HT')
    await once(socket, 'close')
    expect((await api.get('/livez')).status).toBe(200)
  })

  it('nothing, if the client goes within its body, which is no fault of ours', async () => {
    const socket = open().resume()
    const chunk = 'PUT /livez HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n'
    socket.write(chunk, () => socket.destroy())
    const measured = await vi.waitUntil(
      async () => /seconds_count\{method="PUT",.*status="(\d+)"/.exec((await api.get('/metrics')).text),
      { timeout: 10_000 },
    )
    expect(measured[1]).toBe('400')
  })
})

describe('such a problem', () => {
  it('comes in its turn, after the answers to the requests before', async () => {
    const answer = await send(
      `${get('/api/pattern-analytics/patterns')}${get('/livez')}BREW / HTTP/1.1\r\n\r\n`,
    )
    expect(statusesIn(answer)).toEqual([200, 200, 501])
    expect(problemIn(answer).code).toBe('METHOD_NOT_IMPLEMENTED')
  })

  it('is the answer to a request with a body that breaks off, not to those before it', async () => {
    const broken = `${compare}transfer-encoding: chunked\r\n\r\n5\r\n{"pat\r\nzz\r\n`
    const answer = await send(`${get('/livez')}${get('/livez')}${broken}`)
    expect(statusesIn(answer)).toEqual([200, 200, 400])
    expect(problemIn(answer).code).toBe('MALFORMED_REQUEST')
  })

  it('does not follow the answer that the same request has got already', async () => {
    const socket = open()
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    // Refused for its headers, before its body is read.
    socket.write(`${compare}expect: wonders\r\ntransfer-encoding: chunked\r\n\r\n`)
    await once(socket, 'data')
    socket.write('zz\r\n')
    await once(socket, 'close')
    expect(statusesIn(answer)).toEqual([417])
  })

  it('is sent once, whatever is sent after it', async () => {
    const answer = await send('BREW / HTTP/1.1\r\n\r\n'.repeat(5_000))
    expect(statusesIn(answer)).toEqual([501])
  })

  it('is counted by its code', async () => {
    const count = async () => {
      const { text } = await api.get('/metrics')
      return Number(/unreadable_requests_total\{code="HEADERS_TOO_LARGE"\} (\d+)/.exec(text)?.[1] ?? 0)
    }
    const before = await count()
    await send(get(`/?${'x'.repeat(17_000)}`))
    expect(await count()).toBe(before + 1)
  })
})
