import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Proxy, startProxy } from './proxy.ts'

// What tests of silent and broken connections stand on.
describe('a proxy that fails as networks do', () => {
  let server: Server
  let served: Socket[]
  let proxy: Proxy
  beforeEach(async () => {
    served = []
    server = createServer((socket) => {
      served.push(socket)
      socket.on('error', () => {})
      socket.pipe(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    proxy = await startProxy({ port: (server.address() as AddressInfo).port })
  })
  afterEach(async () => {
    await proxy.cut()
    for (const socket of served) socket.destroy()
    server.close()
  })

  const open = async () => {
    const socket = connect(proxy.port, proxy.host)
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  const echo = async (socket: Socket, text: string) => {
    const answer = once(socket, 'data')
    socket.write(text)
    return String((await answer)[0])
  }

  it('passes bytes and ends on', async () => {
    const socket = await open()
    expect(await echo(socket, 'hello')).toBe('hello')
    const ended = once(served[0]!, 'close')
    socket.destroy()
    await ended
    expect(proxy.opened()).toBe(1)
  })

  it('keeps silent connections silent, and passes new ones', async () => {
    const silent = await open()
    await echo(silent, 'hello')
    proxy.swallow()
    const received: string[] = []
    silent.on('data', (data) => received.push(String(data)))
    silent.write('lost')
    proxy.pass()
    const socket = await open()
    expect(await echo(socket, 'again')).toBe('again')
    silent.destroy()
    expect(await echo(socket, 'and again')).toBe('and again')
    expect(received).toEqual([])
    expect(served.map(({ destroyed }) => destroyed)).toEqual([false, false])
    socket.destroy()
  })

  it('resets one connection in the middle of an answer', async () => {
    const socket = await open()
    await echo(socket, 'hello')
    const reset = proxy.resetAfter(3)
    const failed = new Promise((resolve) => socket.on('close', resolve))
    expect(await echo(socket, 'answer')).toBe('ans')
    await Promise.all([reset, failed])
    const other = await open()
    expect(await echo(other, 'whole answer')).toBe('whole answer')
    other.destroy()
  })

  it('refuses connections while it is cut', async () => {
    const socket = await open()
    const closed = once(socket, 'close')
    await proxy.cut()
    await closed
    await expect(open()).rejects.toThrow('ECONNREFUSED')
    await proxy.restore()
    const again = await open()
    expect(await echo(again, 'hello')).toBe('hello')
    again.destroy()
  })
})
