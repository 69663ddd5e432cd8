import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a server that can fail as networks do. It passes everything on until told otherwise. */
export interface Proxy {
  readonly host: string
  readonly port: number
  /** How many connections were ever opened through it. */
  opened(): number
  /**
   * All connections, those there are and new ones, fall silent: what is sent goes nowhere, and nothing is closed, nor
   * does one side learn that the other has closed.
   */
  swallow(): void
  /** New connections pass again. The silent ones stay so, as behind a firewall that has forgotten them. */
  pass(): void
  /** Resets the next connection over which `bytes` come from the server from now on. Resolves once it has. */
  resetAfter(bytes: number): Promise<void>
  /** Breaks all connections and takes no new ones, until restored. Idempotent. */
  cut(): Promise<void>
  restore(): Promise<void>
}

export interface ProxyTarget {
  readonly port: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Where the proxy itself listens; default a free port. */
  readonly listenAt?: number
}

/** Starts a proxy before a server, which need not run yet; end it with `cut()`. */
export const startProxy = async ({
  port: targetPort,
  host: targetHost = '127.0.0.1',
  listenAt = 0,
}: ProxyTarget): Promise<Proxy> => {
  const host = '127.0.0.1'
  const sockets = new Set<Socket>()
  const silent = new Set<Socket>()
  let opened = 0
  let isSwallowing = false
  let reset: { readonly after: number; readonly done: () => void } | undefined
  let received = new Map<Socket, number>()

  const join = (from: Socket, to: Socket) => {
    sockets.add(from)
    if (isSwallowing) silent.add(from)
    from.on('error', () => {})
    from.on('data', (data) => {
      if (silent.has(from)) return
      if (!to.write(data)) from.pause()
    })
    to.on('drain', () => from.resume())
    from.on('end', () => silent.has(from) || to.end())
    from.on('close', () => {
      sockets.delete(from)
      if (!silent.delete(from)) to.destroy()
    })
  }

  /** Passed on are the bytes up to the limit, so that the client holds the beginning of an answer. */
  const watchForReset = (outbound: Socket, inbound: Socket) =>
    outbound.prependListener('data', (data) => {
      if (!reset || silent.has(outbound)) return
      const before = received.get(outbound) ?? 0
      received.set(outbound, before + data.length)
      if (before + data.length < reset.after) return
      const { done, after } = reset
      reset = undefined
      silent.add(outbound)
      outbound.destroy()
      inbound.write(data.subarray(0, Math.max(0, after - before)), () => {
        inbound.resetAndDestroy()
        done()
      })
    })

  const listen = async (at: number): Promise<Server> => {
    const listening = createServer({ allowHalfOpen: true }, (inbound) => {
      opened++
      const outbound = connect({ port: targetPort, host: targetHost, allowHalfOpen: true })
      join(inbound, outbound)
      join(outbound, inbound)
      watchForReset(outbound, inbound)
    })
    listening.listen(at, host)
    await once(listening, 'listening')
    return listening
  }
  let server: Server | undefined = await listen(listenAt)
  const { port } = server.address() as AddressInfo

  return {
    host,
    port,
    opened: () => opened,
    swallow() {
      isSwallowing = true
      for (const socket of sockets) silent.add(socket)
    },
    pass() {
      isSwallowing = false
    },
    resetAfter: async (bytes) =>
      new Promise((resolve) => {
        received = new Map()
        reset = { after: bytes, done: resolve }
      }),
    async cut() {
      if (!server) return
      const closed = once(server, 'close')
      server.close()
      server = undefined
      for (const socket of sockets) socket.destroy()
      await closed
    },
    async restore() {
      isSwallowing = false
      server ??= await listen(port)
    },
  }
}

/** The URL that leads to the same database by way of the proxy. */
export const throughProxy = (url: string, { host, port }: Proxy): string =>
  Object.assign(new URL(url), { host: `${host}:${port}` }).href
