import net from 'node:net'
import tls from 'node:tls'
import { createFrames } from './frames.ts'

export interface FrameSocketOptions {
  readonly host: string
  readonly port: number
  /** Absent or false: without TLS. */
  readonly ssl?: tls.ConnectionOptions | boolean | null | undefined
  /** How long connecting may take, the TLS handshake included. */
  readonly timeoutMs: number
  /** A whole response; none comes once the socket was destroyed. */
  readonly onFrame: (frame: Buffer) => void
  /** An open socket has ended, however that came; called once. `undefined` if the peer ended it in order. */
  readonly onLost: (error: Error | undefined) => void
}

/** An open connection to one broker, and what is known of its life. */
export interface FrameSocket {
  readonly socket: net.Socket
  /** When bytes last came, by `Date.now`. */
  receivedAt(): number
}

/** A connection on which nothing comes is asked for its life after this long, so that no firewall forgets it. */
const keepAliveMs = 10_000
const readBytes = 256 << 10

/**
 * Opens a socket that reads into one buffer again and again and hands over whole responses. kafkajs' own allocate
 * 64 KiB with each read that are put together later: twice the bytes fetched, outside of V8's heap, whose
 * collection these alone would set off every 50,000 messages. What has come of a response belongs to the socket, and
 * goes with it: joined to the bytes of the next connection it would be nonsense.
 * @throws if it cannot be opened within its time
 */
export const openFrameSocket = async (options: FrameSocketOptions): Promise<FrameSocket> =>
  new Promise((resolve, reject) => {
    let receivedAt = Date.now()
    let isOpen = false
    let failure: Error | undefined
    const push = createFrames((frame) => {
      if (!socket.destroyed) options.onFrame(frame)
    })
    const buffer = Buffer.allocUnsafeSlow(readBytes)
    const read = (bytes: number): boolean => {
      receivedAt = Date.now()
      try {
        push(buffer.subarray(0, bytes))
      } catch (error) {
        socket.destroy(error as Error)
      }
      return true
    }
    const socket = connect(options, { buffer, callback: read })
    const expiry = setTimeout(() => socket.destroy(new Error('Connection timeout')), options.timeoutMs)
    socket.setKeepAlive(true, keepAliveMs)
    socket.once(options.ssl ? 'secureConnect' : 'connect', () => {
      clearTimeout(expiry)
      isOpen = true
      resolve({ socket, receivedAt: () => receivedAt })
    })
    socket.on('error', (error) => (failure ??= error))
    socket.on('end', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(expiry)
      if (isOpen) options.onLost(failure)
      else reject(failure ?? new Error('The broker ended the connection before it was open'))
    })
  })

const connect = ({ host, port, ssl }: FrameSocketOptions, onread: net.OnReadOpts): net.Socket => {
  if (!ssl) return net.connect({ host, port, onread })
  const servername = net.isIP(host) === 0 ? { servername: host } : {} // an address is no name to be asked for
  const options = { host, port, ...servername, ...(ssl === true ? {} : ssl), onread } // which Node's types forget
  return tls.connect(options)
}
