import { createLogger } from '@patterns/shared/logger.ts'
import type { OutgoingMessage, Publisher } from '@patterns/topic/publisher.ts'
import { describe, expect, test } from 'vitest'
import { type LiveOptions, publishLive } from './publishLive.ts'

const logger = createLogger('tests', 'silent')

/** Publishes every 5 ms until `enough` says so; answers what was sent, and from when streams began. */
const run = async (
  options: Partial<LiveOptions> & { readonly enough: (sent: readonly OutgoingMessage[]) => boolean },
) => {
  const stopping = new AbortController()
  const sent: OutgoingMessage[] = []
  const streams: number[] = []
  const publisher: Publisher = {
    async send(message) {
      sent.push(message)
      if (options.enough(sent)) stopping.abort()
      return { partition: 0, offset: sent.length }
    },
    ready: async () => {},
    flush: async () => {},
    stop: async () => {},
  }
  await publishLive({
    publisher,
    *messagesFrom(from) {
      streams.push(from)
      for (let timestamp = from; ; timestamp += 5) yield { key: null, value: 'x', timestamp }
    },
    now: () => Date.now(),
    logger,
    stopping: stopping.signal,
    ...options,
  })
  return { sent, streams }
}

describe('live traffic', () => {
  test('is sent when its time has come, and ends when told to', async () => {
    const sentAt: number[] = []
    const { sent } = await run({
      enough: (messages) => {
        sentAt.push(Date.now())
        return messages.length === 40
      },
    })
    expect(sent).toHaveLength(40)
    // A timer may fire a millisecond before its time.
    sent.forEach(({ timestamp }, at) => expect(sentAt[at]).toBeGreaterThanOrEqual(timestamp! - 1))
  })

  test.each([
    ['slept', 3_600_000],
    ['was set back', -3_600_000],
  ])('begins again at the present when the clock %s', async (_name, jumpMs) => {
    let jumped = 0
    const { sent, streams } = await run({
      now: () => Date.now() + jumped,
      enough: (messages) => {
        if (messages.length === 10) jumped = jumpMs
        return messages.length === 20
      },
    })
    expect(streams).toHaveLength(2)
    expect(Math.abs(streams[1]! - streams[0]! - jumpMs)).toBeLessThan(5_000)
    // Nothing of the time between is made up for.
    expect(Math.abs(sent[10]!.timestamp! - streams[1]!)).toBeLessThan(100)
  })

  test('goes on when messages cannot be delivered', async () => {
    const stopping = new AbortController()
    let tried = 0
    await run({
      enough: () => false,
      stopping: stopping.signal,
      publisher: {
        async send() {
          tried += 1
          if (tried === 5) stopping.abort()
          throw new Error('the broker is gone')
        },
        ready: async () => {},
        flush: async () => {},
        stop: async () => {},
      },
    })
    expect(tried).toBe(5)
  })

  test('ends while it waits for a message that is far off', async () => {
    const stopping = new AbortController()
    await run({
      enough: () => false,
      stopping: stopping.signal,
      *messagesFrom(from) {
        setImmediate(() => stopping.abort())
        yield { key: null, value: 'x', timestamp: from + 3_600_000 }
      },
    })
    expect(stopping.signal.aborted).toBe(true)
  })

  test('ends with what broke, if it was not told to end', async () => {
    const broken = run({
      enough: () => false,
      messagesFrom: () => {
        throw new Error('no stream')
      },
    })
    await expect(broken).rejects.toThrow('no stream')
  })
})
