import { createRequire } from 'node:module'
import net from 'node:net'
import { createFrames } from './frames.ts'

/** What kafkajs asks of who makes its sockets. */
interface SocketRequest {
  readonly host: string
  readonly port: number
  readonly ssl?: object | undefined
  readonly onConnect: () => void
}

const keepAliveMs = 60_000
const readBytes = 256 << 10

const createSocketOfKafkajs = (
  createRequire(import.meta.url)('kafkajs/src/network/socketFactory') as () => (
    request: SocketRequest,
  ) => net.Socket
)()

/**
 * Makes sockets that read into one buffer again and again and emit whole responses. As shipped each read
 * allocates 64 KiB that are put together later: twice the bytes fetched, outside of V8's heap, whose
 * collection these alone would set off every 50,000 messages. TLS has buffers of its own and stays as shipped.
 */
export const createFrameSocket = (request: SocketRequest): net.Socket => {
  if (request.ssl) return createSocketOfKafkajs(request)
  const { host, port, onConnect } = request
  const push = createFrames((frame) => socket.emit('data', frame))
  const buffer = Buffer.allocUnsafeSlow(readBytes)
  const socket = net.connect(
    {
      host,
      port,
      onread: {
        buffer,
        callback: (bytes) => {
          try {
            push(buffer.subarray(0, bytes))
          } catch (error) {
            socket.destroy(error as Error)
          }
          return true
        },
      },
    },
    onConnect,
  )
  return socket.setKeepAlive(true, keepAliveMs)
}
