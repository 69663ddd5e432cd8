import type { Logger } from '@patterns/shared/logger.ts'
import { backoffMs } from '../backoff.ts'
import type { OutgoingMessage } from '../publisher.ts'
import { encodeRecordBatch } from './encodeRecordBatch.ts'
import { type KafkaCluster, protocolError } from './kafkajs/kafkajs.ts'
import { produceTo } from './produce.ts'
import { recoverCluster } from './recoverCluster.ts'

/** Sequence numbers wrap round here, as the broker's do. */
const sequenceModulus = 2 ** 31

/** The broker has another idea of our sequence: begin with a new producer id. */
const sequenceErrors = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
])

export interface IdempotentProducerOptions {
  readonly cluster: KafkaCluster
  readonly topic: string
  /** How long a batch is tried before it is given up. */
  readonly deliveryTimeoutMs: number
  readonly logger: Logger
}

/** Why messages were not delivered. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
}

/**
 * Delivers one batch a partition, tried again with the same sequence number until acknowledged, so that a
 * lost answer does not make the broker keep it twice. Answers by partition: the offset of the first message,
 * or why there is none. One call at a time.
 */
export type Produce = (
  messages: ReadonlyMap<number, readonly OutgoingMessage[]>,
) => Promise<Map<number, number | DeliveryError>>

export const createIdempotentProducer = (options: IdempotentProducerOptions): Produce => {
  const { cluster, topic, deliveryTimeoutMs, logger } = options
  let producer: { readonly producerId: bigint; readonly producerEpoch: number } | undefined
  const sequences = new Map<number, number>()

  const forgetProducer = () => {
    producer = undefined
    sequences.clear()
  }
  const identify = async () => {
    if (producer) return producer
    const [leader] = cluster.findTopicPartitionMetadata(topic)
    const node = await cluster.findBroker({ nodeId: leader?.leader ?? -1 })
    const given = await node.initProducerId({ transactionalId: null, transactionTimeout: 60_000 })
    producer = { producerId: BigInt(given.producerId), producerEpoch: given.producerEpoch }
    return producer
  }

  /** One try at all that is pending. @throws where no answer came, or one that asks for another try */
  const produceOnce = async (
    pending: Map<number, readonly OutgoingMessage[]>,
    settle: (partition: number, outcome: number | DeliveryError) => void,
  ) => {
    const identity = await identify()
    const byLeader = new Map<number, Map<number, Buffer>>()
    const leaders = new Map(
      cluster.findTopicPartitionMetadata(topic).map(({ partitionId, leader }) => [partitionId, leader]),
    )
    for (const [partition, messages] of pending) {
      const leader = leaders.get(partition)
      if (leader === undefined) {
        settle(partition, new DeliveryError(`Topic ${topic} has no partition ${partition}`))
        continue
      }
      const firstSequence = sequences.get(partition) ?? 0
      const batches = byLeader.get(leader) ?? new Map<number, Buffer>()
      byLeader.set(
        leader,
        batches.set(partition, encodeRecordBatch(messages, { ...identity, firstSequence })),
      )
    }
    const tries = [...byLeader].map(async ([nodeId, batches]) => {
      const node = await cluster.findBroker({ nodeId })
      const errors = (await produceTo(node, topic, batches)).map(({ partition, errorCode, baseOffset }) => {
        const count = pending.get(partition)!.length
        if (errorCode === 0) {
          sequences.set(partition, ((sequences.get(partition) ?? 0) + count) % sequenceModulus)
          settle(partition, baseOffset)
          return undefined
        }
        const error = protocolError(errorCode)
        if (error.retriable || sequenceErrors.has(error.type)) return error
        settle(partition, new DeliveryError(`Kafka did not take ${count} messages: ${error.message}`))
        return undefined
      })
      const error = errors.find((candidate) => candidate !== undefined)
      if (error) throw error
    })
    const failed = (await Promise.allSettled(tries)).find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }

  return async (messages) => {
    const outcomes = new Map<number, number | DeliveryError>()
    const pending = new Map(messages)
    const settle = (partition: number, outcome: number | DeliveryError) => {
      outcomes.set(partition, outcome)
      pending.delete(partition)
    }
    const deadline = Date.now() + deliveryTimeoutMs
    for (let tried = 1; pending.size > 0; tried++) {
      try {
        await produceOnce(pending, settle)
      } catch (error) {
        const { message, type = '' } = error as Error & { type?: string }
        if (sequenceErrors.has(type)) forgetProducer()
        if (Date.now() > deadline) {
          // Whether they were written is not known, so neither is the next sequence number.
          forgetProducer()
          for (const [partition, lost] of pending)
            settle(
              partition,
              new DeliveryError(`Kafka did not take ${lost.length} messages: ${message}`, { cause: error }),
            )
          break
        }
        logger.warn({ attempt: tried, reason: message }, 'messages not delivered yet; trying again')
        await new Promise((resolve) => setTimeout(resolve, backoffMs(tried)))
        await recoverCluster(cluster, error, logger)
      }
    }
    return outcomes
  }
}
