import { type BatchingOptions, createBatchingPublisher } from '../batchingPublisher.ts'
import type { Delivery, OutgoingMessage, Publisher } from '../publisher.ts'
import { createPartitioner, type KafkaClient } from './kafkajs.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import { reachTopic } from './reachTopic.ts'

const partitionsMaxAgeMs = 30_000

export interface KafkaPublisherOptions {
  readonly client: KafkaClient
  readonly topic: string
  readonly logger: Logger
  /** Partitions of the topic where it has to be created; default 4. `0` forbids it. */
  readonly createWithPartitions?: number
  readonly batching?: BatchingOptions
  /** Tries again before a batch is given up, from 0.1 s apart up to 5 s; default 12, about half a minute. */
  readonly retries?: number
}

/** Why a batch was not delivered. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
}

/** Sends to a Kafka topic: acknowledged by all replicas, idempotent, in order within a partition. */
export const createKafkaPublisher = ({
  client,
  topic,
  logger,
  createWithPartitions = 4,
  batching,
  retries = 12,
}: KafkaPublisherOptions): Publisher => {
  const cluster = client.createCluster()
  const choosePartition = createPartitioner(topic)
  let producer: Promise<Producer> | undefined
  let known = { partitions: 0, at: 0 }

  const connect = async () => {
    await reachTopic({ client, cluster, topic, createWithPartitions, logger })
    const connected = client.createProducer(retries)
    await connected.connect()
    return connected
  }
  type Producer = ReturnType<KafkaClient['createProducer']>

  const partitionCount = async () => {
    if (Date.now() - known.at > partitionsMaxAgeMs) {
      // Stale is better than none while the brokers are away: the number hardly ever changes.
      await cluster.refreshMetadata().catch((error: unknown) => {
        if (known.partitions === 0) throw error
      })
      known = { partitions: cluster.findTopicPartitionMetadata(topic).length, at: Date.now() }
    }
    return known.partitions
  }

  const deliver = async (batch: readonly OutgoingMessage[]): Promise<Delivery[]> => {
    let used: Producer | undefined
    try {
      used = await (producer ??= connect())
      const partitions = await partitionCount()
      const placed = batch.map((message) => message.partition ?? choosePartition(message.key, partitions))
      const baseOffsets = await send(used, topic, batch, placed)
      const counts = new Map<number, number>()
      return placed.map((partition) => {
        const index = counts.get(partition) ?? 0
        counts.set(partition, index + 1)
        return { partition, offset: baseOffsets.get(partition)! + index }
      })
    } catch (error) {
      // What this producer's next sequence number should be is not known any more: begin with another.
      producer = undefined
      await used?.disconnect().catch(() => undefined)
      if (error instanceof Error && error.name === 'TopicUnreachableError') throw error
      throw new DeliveryError(`Kafka did not take ${batch.length} messages: ${(error as Error).message}`, {
        cause: error,
      })
    }
  }

  const close = async () => {
    const connected = await producer?.catch(() => undefined)
    await Promise.allSettled([connected?.disconnect(), cluster.disconnect()])
  }
  return createBatchingPublisher({ deliver, close }, batching)
}

/** The offset of the first message by partition: the others of a partition follow without a gap. */
const send = async (
  producer: ReturnType<KafkaClient['createProducer']>,
  topic: string,
  batch: readonly OutgoingMessage[],
  placed: readonly number[],
): Promise<Map<number, number>> => {
  const messages = batch.map(({ key, value, headers, timestamp = Date.now() }, index) => ({
    key,
    value,
    ...(headers ? { headers: headers as Record<string, Buffer | string | (Buffer | string)[]> } : {}),
    timestamp: String(timestamp),
    partition: placed[index]!,
  }))
  const answers = await producer.send({ topic, messages, acks: -1 })
  return new Map(
    answers.map(({ partition, baseOffset, errorCode }) => {
      if (errorCode !== 0 || baseOffset === undefined)
        throw new Error(`partition ${partition}: error code ${errorCode}`)
      return [partition, Number(baseOffset)]
    }),
  )
}
