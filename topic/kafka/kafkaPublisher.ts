import type { Logger } from '@patterns/shared/logger.ts'
import { type BatchingOptions, createBatchingPublisher } from '../batchingPublisher.ts'
import type { Delivery, OutgoingMessage, Publisher } from '../publisher.ts'
import { createIdempotentProducer, DeliveryError } from './idempotentProducer.ts'
import { createPartitioner, type KafkaClient, type Partitioner } from './kafkajs/kafkajs.ts'
import { reachTopic } from './reachTopic.ts'

export interface KafkaPublisherOptions {
  readonly client: KafkaClient
  readonly topic: string
  readonly logger: Logger
  /** Partitions of the topic if it has to be created; default 4. `0` forbids it. */
  readonly createWithPartitions?: number
  /** What chooses the partition of a message that names none; default `murmur2`. */
  readonly partitioner?: Partitioner
  readonly batching?: BatchingOptions
  /** How long messages are tried before they are given up; default 60,000. */
  readonly deliveryTimeoutMs?: number
}

/** Sends to a Kafka topic: acknowledged by all replicas, idempotent, in order within a partition. */
export const createKafkaPublisher = ({
  client,
  topic,
  logger,
  createWithPartitions = 4,
  partitioner,
  batching,
  deliveryTimeoutMs = 60_000,
}: KafkaPublisherOptions): Publisher => {
  const cluster = client.createCluster()
  const choosePartition = createPartitioner(topic, partitioner)
  const producer = createIdempotentProducer({ client, topic, deliveryTimeoutMs, logger })
  let reaching: Promise<unknown> | undefined

  const reach = async () =>
    (reaching ??= reachTopic({ client, cluster, topic, createWithPartitions, logger }).catch(
      (error: unknown) => {
        reaching = undefined
        throw error
      },
    ))

  const partitionCount = async () => {
    // What is known stays good while the brokers are away: the number hardly ever changes.
    await cluster
      .refreshMetadataIfNecessary()
      .catch((error: Error) => logger.debug({ reason: error.message }, 'no metadata of Kafka'))
    return cluster.findTopicPartitionMetadata(topic).length
  }

  const deliver = async (batch: readonly OutgoingMessage[]): Promise<(Delivery | Error)[]> => {
    await reach()
    const partitions = await partitionCount()
    const byPartition = new Map<number, OutgoingMessage[]>()
    const places = batch.map((message) => {
      const partition = message.partition ?? choosePartition(message.key, partitions)
      if (partition >= partitions) return { partition, index: 0 }
      const before = byPartition.get(partition)
      if (!before) byPartition.set(partition, [message])
      return { partition, index: before ? before.push(message) - 1 : 0 }
    })
    const outcomes = await producer.produce(byPartition)
    return places.map(({ partition, index }) => {
      const outcome = outcomes.get(partition)
      if (typeof outcome === 'number') return { partition, offset: outcome + index }
      return outcome ?? new DeliveryError(`Topic ${topic} has no partition ${partition}`)
    })
  }

  const close = async () => {
    await Promise.all([cluster.disconnect(), producer.stop()])
  }
  return createBatchingPublisher({ deliver, close }, batching)
}
