import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@patterns/shared/logger.ts'
import { backoffMs } from '../backoff.ts'
import type { OutgoingMessage } from '../publisher.ts'
import type { KafkaClient } from './kafkajs/kafkajs.ts'

/** The broker has another idea of our sequence numbers: nothing is taken under this identity any more. */
const sequenceErrors = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
])

export interface IdempotentProducerOptions {
  readonly client: KafkaClient
  readonly topic: string
  /** How long a batch is tried before it is given up. */
  readonly deliveryTimeoutMs: number
  readonly logger: Logger
}

/** Why messages were not delivered. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
}

/** Delivers one batch a partition, each exactly once. */
export interface IdempotentProducer {
  /**
   * Answers by partition: the offset of the first message, or why there is none. One call at a time, so that the
   * order of messages is that of the calls.
   */
  produce(
    batches: ReadonlyMap<number, readonly OutgoingMessage[]>,
  ): Promise<Map<number, number | DeliveryError>>
  stop(): Promise<void>
}

/**
 * kafkajs' idempotent producer, with patience and without its traps. It takes back its sequence number after each
 * failure, so a batch that is sent again is recognized by the broker; but another batch of as many messages would be too,
 * and lost. So one request holds one partition, a batch whose outcome is not known is sent again and again,
 * and once it is given up the producer begins with a new identity.
 */
export const createIdempotentProducer = (options: IdempotentProducerOptions): IdempotentProducer => {
  const { client, topic, deliveryTimeoutMs, logger } = options
  const create = () =>
    client.createProducer({
      idempotent: true,
      retry: { retries: 1 }, // the fewest that it allows; the rest is ours
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition!,
    })
  let producer = create()
  let isConnected = false

  /** The next try connects again, under the same identity. */
  const disconnect = async () => {
    isConnected = false
    await producer.disconnect().catch(() => undefined)
  }
  const changeIdentity = async () => {
    await disconnect()
    producer = create()
  }

  const send = async (partition: number, messages: readonly OutgoingMessage[]): Promise<number> => {
    const [written] = await producer.send({
      topic,
      messages: messages.map(({ key, value, headers, timestamp }) => ({
        key,
        value,
        partition,
        headers: headers as Record<string, string>,
        ...(timestamp !== undefined && { timestamp: String(timestamp) }),
      })),
    })
    return Number(written!.baseOffset)
  }

  /** One try at all that is pending. Answers the errors that another try may pass. */
  const produceOnce = async (
    pending: ReadonlyMap<number, readonly OutgoingMessage[]>,
    settle: (partition: number, outcome: number | DeliveryError) => void,
  ): Promise<KafkaError[]> => {
    try {
      if (!isConnected) await producer.connect()
      isConnected = true
    } catch (error) {
      return [error as KafkaError]
    }
    const tries = [...pending].map(async ([partition, messages]) => {
      try {
        settle(partition, await send(partition, messages))
        return []
      } catch (error) {
        const failure = rootOf(error as KafkaError)
        if (!isFinal(failure)) return [failure]
        settle(partition, notTaken(messages, failure))
        return []
      }
    })
    return (await Promise.all(tries)).flat()
  }

  return {
    async produce(batches) {
      const outcomes = new Map<number, number | DeliveryError>()
      const pending = new Map(batches)
      const settle = (partition: number, outcome: number | DeliveryError) => {
        outcomes.set(partition, outcome)
        pending.delete(partition)
      }
      const deadline = Date.now() + deliveryTimeoutMs
      for (let tried = 1; pending.size > 0; tried++) {
        const failures = await produceOnce(pending, settle)
        const [failure] = failures
        if (failure === undefined) break
        if (Date.now() > deadline) {
          for (const [partition, messages] of pending) settle(partition, notTaken(messages, failure))
          await changeIdentity()
          break
        }
        logger.warn({ attempt: tried, reason: failure.message }, 'messages not delivered yet; trying again')
        // One of them alone may be in doubt: under another identity it would be taken twice.
        await (failures.every(({ type }) => sequenceErrors.has(type ?? '')) ? changeIdentity() : disconnect())
        await delay(backoffMs(tried))
      }
      return outcomes
    },
    stop: disconnect,
  }
}

type KafkaError = Error & { readonly type?: string; readonly retriable?: boolean }

/** kafkajs wraps what it has tried in vain. */
const rootOf = (error: KafkaError): KafkaError => (error.cause instanceof Error ? rootOf(error.cause) : error)

/** The broker said no, and will say so again. Whatever else went wrong, the messages may be there. */
const isFinal = ({ name, type = '', retriable }: KafkaError): boolean =>
  name === 'KafkaJSProtocolError' && retriable === false && type !== 'UNKNOWN' && !sequenceErrors.has(type)

const notTaken = (messages: readonly OutgoingMessage[], cause: Error): DeliveryError =>
  new DeliveryError(`Kafka did not take ${messages.length} messages: ${cause.message}`, { cause })
