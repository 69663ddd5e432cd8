import { createSignal } from './signal.ts'
import type { Delivery, OutgoingMessage, Publisher } from './publisher.ts'

export interface BatchingOptions {
  /** A batch is sent when it holds this many messages; default 10,000. */
  readonly maxMessages?: number
  /** …or this many bytes, roughly; default 768 KiB, below the 1 MiB that a broker takes at once. */
  readonly maxBytes?: number
  /** …or when its first message has waited for this long; default 5. */
  readonly lingerMs?: number
  /** `ready` waits while more than this is accepted and not yet acknowledged; default 8 MiB. */
  readonly maxPendingBytes?: number
}

export interface Transport {
  /**
   * Delivers a batch and answers, message by message, where it lies or why it does not. Rejecting is for
   * what concerns them all. Never called before the previous batch is settled, so that the order of
   * messages is that of the calls.
   */
  deliver(batch: readonly OutgoingMessage[]): Promise<(Delivery | Error)[]>
  close(): Promise<void>
}

interface Waiting {
  readonly message: OutgoingMessage
  readonly resolve: (delivery: Delivery) => void
  readonly reject: (error: unknown) => void
}

const overheadBytes = 64

/** Roughly what a message takes on the wire. */
export const messageBytes = ({ key, value, headers }: OutgoingMessage): number => {
  let bytes = overheadBytes + byteLength(key) + byteLength(value)
  for (const name in headers) {
    for (const part of [headers[name] ?? ''].flat()) bytes += name.length + byteLength(part)
  }
  return bytes
}

const byteLength = (data: Buffer | string | null) => (data === null ? 0 : Buffer.byteLength(data))

/** Gathers messages into batches by count, bytes and time, and sends one batch after the other. */
export const createBatchingPublisher = (
  transport: Transport,
  {
    maxMessages = 10_000,
    maxBytes = 768 << 10,
    lingerMs = 5,
    maxPendingBytes = 8 << 20,
  }: BatchingOptions = {},
): Publisher => {
  const queue: { entries: Waiting[]; bytes: number; since: number }[] = []
  const roomMade = createSignal()
  let pendingBytes = 0
  let isFlushing = 0
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> | undefined
  let stopping: Promise<void> | undefined

  const accept = (entry: Waiting, bytes: number) => {
    const last = queue.at(-1)
    const fits = last && last.entries.length < maxMessages && last.bytes + bytes <= maxBytes
    if (fits) {
      last.entries.push(entry)
      last.bytes += bytes
    } else {
      queue.push({ entries: [entry], bytes, since: performance.now() })
    }
    pendingBytes += bytes
    schedule()
  }

  /** A batch is due when another waits behind it, when it is full, when it is old, or on a flush. */
  const isDue = () => {
    const [first] = queue
    if (!first) return false
    const isFull = first.entries.length >= maxMessages || first.bytes >= maxBytes
    return isFlushing > 0 || queue.length > 1 || isFull || performance.now() - first.since >= lingerMs
  }

  const schedule = () => {
    if (sending || queue.length === 0) return
    if (isDue()) {
      clearTimeout(timer)
      timer = undefined
      sending = sendFirst().finally(() => {
        sending = undefined
        schedule()
      })
    } else {
      timer ??= setTimeout(() => {
        timer = undefined
        schedule()
      }, lingerMs)
    }
  }

  const sendFirst = async () => {
    const { entries, bytes } = queue.shift()!
    try {
      const outcomes = await transport.deliver(entries.map(({ message }) => message))
      entries.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index]!
        if (outcome instanceof Error) reject(outcome)
        else resolve(outcome)
      })
    } catch (error) {
      for (const { reject } of entries) reject(error)
    }
    pendingBytes -= bytes
    roomMade.notify()
  }

  const flush = async () => {
    isFlushing++
    try {
      schedule()
      while (sending) await sending
    } finally {
      isFlushing--
    }
  }

  return {
    async send(message) {
      if (stopping) throw new Error('The publisher is stopped')
      return new Promise<Delivery>((resolve, reject) => {
        accept({ message, resolve, reject }, messageBytes(message))
      })
    },
    async ready() {
      while (pendingBytes > maxPendingBytes) await roomMade.wait()
    },
    flush,
    async stop() {
      stopping ??= flush().then(async () => transport.close())
      return stopping
    },
  }
}
