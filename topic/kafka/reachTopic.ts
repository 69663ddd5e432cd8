import type { Logger } from '@patterns/shared/logger.ts'
import { backoffMs } from '../backoff.ts'
import { TopicUnreachableError } from '../topicUnreachable.ts'
import type { KafkaClient, KafkaCluster } from './kafkajs/kafkajs.ts'
import { readTopicId } from './readTopicId.ts'

/** About twenty seconds. */
const triesToSee = 10

export interface ReachTopicOptions {
  readonly client: KafkaClient
  readonly cluster: KafkaCluster
  readonly topic: string
  /** Partitions of the topic if it has to be created; `0` forbids it. */
  readonly createWithPartitions: number
  readonly logger: Logger
}

/**
 * Connects and makes sure that the topic is there.
 * @returns the topic's id, `null` if the brokers do not tell it
 * @throws TopicUnreachableError, one line that names the setting at fault
 */
export const reachTopic = async (options: ReachTopicOptions): Promise<string | null> => {
  const { client, cluster, topic } = options
  await connectCluster(client, cluster)
  try {
    if (!(await isThere(cluster, topic))) {
      await createTopic(options)
      await untilThere(cluster, topic)
    }
    return await readTopicId(cluster, topic)
  } catch (error) {
    if (error instanceof TopicUnreachableError) throw error
    const reason = (error as Error).message
    throw new TopicUnreachableError(`KAFKA_TOPIC: ${topic} cannot be used: ${reason}`, { cause: error })
  }
}

const isThere = async (cluster: KafkaCluster, topic: string): Promise<boolean> => {
  try {
    await cluster.addTargetTopic(topic)
    return true
  } catch (error) {
    if ((error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION') return false
    throw error
  }
}

/** Waits until a broker knows of the new topic: that comes some time after its creation is acknowledged. */
export const untilThere = async (cluster: KafkaCluster, topic: string): Promise<void> => {
  for (let tried = 1; !(await isThere(cluster, topic)); tried++) {
    if (tried === triesToSee) throw new Error('it was created, but the brokers do not show it')
    await new Promise((resolve) => setTimeout(resolve, backoffMs(tried)))
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
    // False if another process was faster, which is as good.
    const created = await admin.createTopics({
      topics: [{ topic, numPartitions: createWithPartitions }],
      waitForLeaders: false, // kafkajs gives up if the topic does not show at once
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
