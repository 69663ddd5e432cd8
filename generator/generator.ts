import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@patterns/shared/logger.ts'
import type { Publisher } from '@patterns/topic/publisher.ts'
import type { Source } from '@patterns/topic/source.ts'
import { decideHistory, type HistoryDecision } from './decideHistory.ts'
import { patternEvents } from './events.ts'
import { demoFaults, withFaults } from './faults.ts'
import type { History, HistoryState } from './historyState.ts'
import { publishHistory } from './publishHistory.ts'
import { publishLive } from './publishLive.ts'

export interface GeneratorOptions {
  /** Only asked for its ends, never started. */
  readonly source: Pick<Source, 'ends' | 'stop'>
  readonly publisher: Publisher
  readonly state: HistoryState
  readonly seed: string
  /** Of the live traffic. */
  readonly eventsPerSecond: number
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
  readonly stopping: AbortSignal
  /** How long to wait before the topic is tried again. */
  readonly retryMs?: number
}

/** The demo: a history for an empty topic, then live traffic until it is told to stop. */
export interface Generator {
  /** Resolves once `stopping` has aborted. Rejects if the state file is not ours to read. */
  run(): Promise<void>
  /** Lets go of the topic; what was accepted is sent first. */
  stop(): Promise<void>
}

/** What may well succeed at another try: the topic cannot be reached now. */
class TopicFailure extends Error {
  override readonly name = 'TopicFailure'
}

const asTopicFailure = (error: unknown): never => {
  throw new TopicFailure((error as Error).message, { cause: error })
}

export const createGenerator = ({
  source,
  publisher,
  state,
  seed,
  eventsPerSecond,
  now,
  logger,
  stopping,
  retryMs = 2_000,
}: GeneratorOptions): Generator => {
  const isEmpty = async (): Promise<boolean> => {
    try {
      return (await source.ends()).every(({ endOffset }) => endOffset === 0)
    } catch (error) {
      // Kafka's word for a topic that is not there: the first message creates it.
      if ((error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION') return true
      return asTopicFailure(error)
    }
  }

  const decide = async (): Promise<HistoryDecision> => {
    const isTopicEmpty = await isEmpty()
    return decideHistory({ remembered: await state.read(), isTopicEmpty, seed, now: now() })
  }

  const fillHistory = async (history: History): Promise<void> => {
    logger.info({ from: new Date(history.from), already_sent: history.sent }, 'publishing the history')
    const { sent, isComplete } = await publishHistory({
      history,
      publisher,
      remember: (progress) => state.write(progress),
      stopping,
    }).catch(asTopicFailure)
    if (isComplete) logger.info({ sent }, 'published the history')
  }

  /** Tries until the topic has its history; answers when the characters began. */
  const prepareTopic = async (): Promise<number | undefined> => {
    while (!stopping.aborted) {
      try {
        const { history, epoch } = await decide()
        if (history === undefined) return epoch
        await fillHistory(history)
        if (!stopping.aborted) return epoch
      } catch (error) {
        if (!(error instanceof TopicFailure)) throw error
        logger.warn({ reason: error.message }, 'the topic cannot be written to yet')
        await delay(retryMs, undefined, { signal: stopping }).catch(() => {})
      }
    }
    return undefined
  }

  return {
    async run() {
      const epoch = await prepareTopic()
      if (epoch === undefined) return
      logger.info({ events_per_second: eventsPerSecond }, 'publishing live events')
      await publishLive({
        publisher,
        *messagesFrom(from) {
          const events = patternEvents({
            seed,
            from,
            epoch,
            eventsPerSecond,
            rhythm: 'even',
            announce: false,
          })
          for (const { message } of withFaults(events, { seed: `${seed}/${from}`, shares: demoFaults }))
            yield message
        },
        now,
        logger,
        stopping,
      })
    },
    async stop() {
      await publisher.stop()
      await source.stop()
    },
  }
}
