import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { choosePort, portFault } from './choosePort.ts'
import { brokersFault, stayingPortFault } from './reachable.ts'
import { apiReadiness } from './readiness.ts'
import { untilReady } from './untilReady.ts'

const servers = new Set<ReturnType<typeof createServer>>()
afterEach(() => {
  for (const server of servers) server.close()
  servers.clear()
})

const serve = async (answer: () => number = () => 200) => {
  const server = createServer((_, response) => response.writeHead(answer()).end('not yet'))
  servers.add(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

describe('a port', () => {
  it('is the preferred one if that is free, else another', async () => {
    const free = await choosePort('127.0.0.1')
    expect(await choosePort('127.0.0.1', free)).toBe(free)
    const { port } = await serve()
    expect(await choosePort('127.0.0.1', port)).not.toBe(port)
  })

  it('has the code of what keeps it from being listened on', async () => {
    const { port } = await serve()
    expect(await portFault('127.0.0.1', port)).toBe('EADDRINUSE')
    expect(await portFault('192.0.2.1', 0)).toBe('EADDRNOTAVAIL')
    expect(await portFault('127.0.0.1', 0)).toBeUndefined()
  })

  it('is waited for while the one that had it is still stopping', async () => {
    const { server, port } = await serve()
    const fault = stayingPortFault('127.0.0.1', port)
    server.close()
    expect(await fault).toBeUndefined()
  })

  it('stays taken by a program that stays', async () => {
    const { port } = await serve()
    expect(await stayingPortFault('127.0.0.1', port)).toBe('EADDRINUSE')
  })
})

describe('brokers', () => {
  it('can be reached if one of them can', async () => {
    const { port } = await serve()
    const closed = await choosePort('127.0.0.1')
    expect(await brokersFault([`127.0.0.1:${closed}`, `127.0.0.1:${port}`])).toBeUndefined()
  })

  it('are each named with what is wrong if none can', async () => {
    const closed = await choosePort('127.0.0.1')
    expect(await brokersFault([`127.0.0.1:${closed}`, 'broker.invalid:9092'])).toMatch(
      /^127\.0\.0\.1:\d+ \(ECONNREFUSED\), broker\.invalid:9092 \((ENOTFOUND|EAI_AGAIN)\)$/,
    )
  })
})

describe('waiting until a server is ready', () => {
  it('ends with its first 200', async () => {
    const statuses = [503, 503, 200]
    const { port } = await serve(() => statuses.shift() ?? 500)
    await untilReady({
      url: `http://127.0.0.1:${port}/readyz`,
      read: apiReadiness,
      stopping: new AbortController().signal,
      onWaiting: () => {},
    })
    expect(statuses).toEqual([])
  })

  it('tells what is answered instead, and can be given up', async () => {
    const closed = await choosePort('127.0.0.1')
    const answers = [
      () => `http://127.0.0.1:${closed}/`,
      async () => `http://127.0.0.1:${(await serve(() => 503)).port}/`,
    ]
    const seen: string[] = []
    for (const url of answers) {
      const stop = new AbortController()
      const onWaiting = vi.fn((answer: string) => {
        seen.push(answer)
        stop.abort()
      })
      await expect(
        untilReady({
          url: await url(),
          read: apiReadiness,
          stopping: stop.signal,
          onWaiting,
          reportEveryMs: 0,
        }),
      ).rejects.toThrow(/aborted/)
    }
    expect(seen).toEqual([expect.stringContaining('ECONNREFUSED'), 'it answers 503 not yet'])
  })
})
