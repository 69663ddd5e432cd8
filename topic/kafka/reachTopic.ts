import type { Logger } from '@patterns/shared/logger.ts'
import { TopicUnreachableError } from '../topicUnreachable.ts'
import type { KafkaClient, KafkaCluster } from './kafkajs.ts'

export interface ReachTopicOptions {
  readonly client: KafkaClient
  readonly cluster: KafkaCluster
  readonly topic: string
  /** Partitions of the topic where it has to be created; `0` forbids it. */
  readonly createWithPartitions: number
  readonly logger: Logger
}

/**
 * Connects and makes sure that the topic is there.
 * @throws TopicUnreachableError, one line that names the setting at fault
 */
export const reachTopic = async (options: ReachTopicOptions): Promise<void> => {
  const { client, cluster, topic } = options
  await connectCluster(client, cluster)
  try {
    await cluster.addTargetTopic(topic)
  } catch (error) {
    if ((error as { type?: string }).type !== 'UNKNOWN_TOPIC_OR_PARTITION')
      throw new TopicUnreachableError(`KAFKA_TOPIC: ${topic} cannot be read: ${(error as Error).message}`, {
        cause: error,
      })
    await createTopic(options)
    await cluster.addTargetTopic(topic)
  }
}

/** @throws TopicUnreachableError after a few tries at each broker */
export const connectCluster = async (client: KafkaClient, cluster: KafkaCluster): Promise<void> => {
  try {
    await cluster.connect()
  } catch (error) {
    const reason = (error as Error).message
    const brokers = client.brokers.join(',')
    throw new TopicUnreachableError(`KAFKA_BROKERS: no Kafka answers at ${brokers}: ${reason}`, {
      cause: error,
    })
  }
}

const createTopic = async ({ client, topic, createWithPartitions, logger }: ReachTopicOptions) => {
  if (createWithPartitions === 0)
    throw new TopicUnreachableError(`KAFKA_TOPIC: topic ${topic} does not exist`)
  const admin = client.createAdmin()
  try {
    await admin.connect()
    // False where another process was faster, which is as good.
    const created = await admin.createTopics({
      topics: [{ topic, numPartitions: createWithPartitions }],
      waitForLeaders: true,
    })
    if (created) logger.info({ topic, partitions: createWithPartitions }, 'topic created')
  } catch (error) {
    const reason = (error as Error).message
    throw new TopicUnreachableError(
      `KAFKA_TOPIC: topic ${topic} does not exist and cannot be created: ${reason}`,
      {
        cause: error,
      },
    )
  } finally {
    await admin.disconnect()
  }
}
