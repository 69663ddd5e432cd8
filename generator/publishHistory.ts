import type { Publisher } from '@patterns/topic/publisher.ts'
import { historyMs } from './character.ts'
import { patternEvents } from './events.ts'
import { demoFaults, type GeneratedMessage, withFaults } from './faults.ts'
import type { History } from './historyState.ts'

/** About how many events a history of 30 days has. */
const usualEvents = 45_000

/** The messages of a history: always the same for the same seed and span. */
export const historyMessages = ({
  seed,
  from,
  to,
}: Pick<History, 'seed' | 'from' | 'to'>): Generator<GeneratedMessage> =>
  withFaults(patternEvents({ seed, from, to, eventsPerSecond: (usualEvents * 1_000) / historyMs }), {
    seed,
    shares: demoFaults,
  })

/** After how many messages the progress is saved: as many may be sent twice after a crash, under the same ids. */
const messagesPerSave = 2_000

/**
 * Publishes what is left of a history, in order, and remembers how far it came. Ends early, without an
 * error, when told to stop.
 * @throws what the publisher throws; call it again with what was last remembered
 */
export const publishHistory = async ({
  history,
  publisher,
  remember,
  stopping,
}: {
  readonly history: History
  readonly publisher: Publisher
  readonly remember: (history: History) => Promise<void>
  readonly stopping: AbortSignal
}): Promise<History> => {
  let acknowledged = history
  let sent = 0
  let waiting: Promise<unknown>[] = []
  const save = async (isComplete: boolean): Promise<void> => {
    await publisher.flush()
    await Promise.all(waiting)
    waiting = []
    acknowledged = { ...history, sent, isComplete }
    await remember(acknowledged)
  }
  // Remembered before the first message, or a crash right after it would look like someone else's topic.
  await remember(history)
  for (const { message } of historyMessages(history)) {
    if (sent < history.sent) {
      sent += 1
      continue
    }
    await publisher.ready()
    if (stopping.aborted) {
      await save(false)
      return acknowledged
    }
    const delivery = publisher.send(message)
    // Rejections are met in `save`; until then they are not unhandled.
    delivery.catch(() => {})
    waiting.push(delivery)
    sent += 1
    if (waiting.length >= messagesPerSave) await save(false)
  }
  await save(true)
  return acknowledged
}
