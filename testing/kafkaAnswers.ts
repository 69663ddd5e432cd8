import { createConnection } from 'node:net'

const metadataKey = 3
const metadataVersion = 5
const correlationId = 1

/** A Metadata request for no topic, as Kafka's protocol writes it: length, header, empty list, flag. */
const metadataRequest = () => {
  const body = Buffer.alloc(4 + 10 + 4 + 1)
  body.writeInt32BE(body.length - 4, 0)
  body.writeInt16BE(metadataKey, 4)
  body.writeInt16BE(metadataVersion, 6)
  body.writeInt32BE(correlationId, 8)
  body.writeInt16BE(-1, 12) // no client id
  return body
}

/**
 * Whether a Kafka broker answers on this port and is registered with its controller: an open port is not
 * enough, since a broker listens before it can serve.
 */
export const kafkaAnswers = async (host: string, port: number, timeoutMs = 2_000): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port })
    const end = (answers: boolean) => {
      socket.destroy()
      resolve(answers)
    }
    let received = Buffer.alloc(0)
    socket.setTimeout(timeoutMs, () => end(false))
    socket.on('error', () => end(false))
    socket.on('close', () => end(false))
    socket.on('connect', () => socket.write(metadataRequest()))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      // length, correlation id, throttle time, number of brokers
      if (received.length >= 16)
        end(received.readInt32BE(4) === correlationId && received.readInt32BE(12) > 0)
    })
  })
