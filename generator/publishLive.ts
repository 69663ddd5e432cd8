import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@patterns/shared/logger.ts'
import type { OutgoingMessage, Publisher } from '@patterns/topic/publisher.ts'

/** Further from the clock than this, the stream starts again at the present: the machine slept, or the clock was set. */
const maxDriftMs = 10_000
const reportEveryMs = 10_000

type TimedMessage = OutgoingMessage & { readonly timestamp: number }

export interface LiveOptions {
  readonly publisher: Publisher
  /** An endless stream in time order that begins at an instant. */
  readonly messagesFrom: (time: number) => Iterable<TimedMessage>
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
  readonly stopping: AbortSignal
}

/**
 * Publishes each message when its time has come, until told to stop. A message that cannot be delivered is
 * reported and left out, and time that was lost is not made up for: it is a demo of the present.
 */
export const publishLive = async ({
  publisher,
  messagesFrom,
  now,
  logger,
  stopping,
}: LiveOptions): Promise<void> => {
  let undelivered = 0
  let reportedAt = Number.NEGATIVE_INFINITY
  const report = (error: Error): void => {
    undelivered += 1
    if (performance.now() - reportedAt < reportEveryMs) return
    reportedAt = performance.now()
    logger.warn({ err: error, undelivered }, 'demo events could not be delivered')
  }
  const publishUntilAdrift = async (): Promise<void> => {
    let before = now()
    for (const message of messagesFrom(before)) {
      const waitMs = message.timestamp - now()
      // Longer than the gap between the two: the clock was set back.
      if (waitMs > message.timestamp - before + maxDriftMs) return
      before = message.timestamp
      if (waitMs > 0) await delay(waitMs, undefined, { signal: stopping })
      if (Math.abs(now() - message.timestamp) > maxDriftMs) return
      await publisher.ready()
      if (stopping.aborted) return
      publisher.send(message).catch(report)
    }
  }
  try {
    while (!stopping.aborted) await publishUntilAdrift()
  } catch (error) {
    if (!stopping.aborted) throw error
  }
}
