import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createLogger } from '@patterns/shared/logger.ts'
import { createKafkaClient, type KafkaClient } from '../kafka/kafkajs/kafkajs.ts'
import { createKafkaPublisher, type KafkaPublisherOptions } from '../kafka/kafkaPublisher.ts'
import { untilThere } from '../kafka/reachTopic.ts'
import { createKafkaSource, type KafkaSourceOptions } from '../kafka/kafkaSource.ts'

type Admin = ReturnType<KafkaClient['createAdmin']>

const pollMs = 50

/** Tried again while the broker still knows one of that name that was deleted. */
const createTopic = async (
  admin: Admin,
  topic: string,
  partitions: number,
  configuration: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const configEntries = Object.entries(configuration).map(([name, value]) => ({ name, value }))
  const definition = { topics: [{ topic, numPartitions: partitions, configEntries }], waitForLeaders: false }
  while (!(await admin.createTopics(definition))) await delay(pollMs)
}

/**
 * Deletes the topic and creates it again, with nothing in it. The broker shows the new one before it lets go of the
 * old one's partitions: what is sent in between is acknowledged by the old one, and gone.
 */
export const recreateTopic = async (admin: Admin, topic: string, partitions: number): Promise<void> => {
  await admin.deleteTopics({ topics: [topic] })
  await createTopic(admin, topic, partitions)
  const isNew = async () => {
    const ends = await admin.fetchTopicOffsets(topic).catch(() => [])
    return ends.length === partitions && ends.every(({ high }) => high === '0')
  }
  while (!(await isNew())) await delay(pollMs)
}

/** A topic of its own on a real broker, for tests. */
export const createTestTopic = async (
  brokers: string,
  {
    partitions = 4,
    name = randomUUID(),
    configuration,
  }: { partitions?: number; name?: string; configuration?: Readonly<Record<string, string>> } = {},
) => {
  const logger = createLogger('test', 'silent')
  const client = createKafkaClient({ brokers: brokers.split(',') }, logger)
  const topic = `test-${name}`
  const admin = client.createAdmin()
  await admin.connect()
  if (partitions > 0) {
    await createTopic(admin, topic, partitions, configuration)
    const cluster = client.createCluster()
    await cluster.connect()
    await untilThere(cluster, topic)
    await cluster.disconnect()
  }
  return {
    client,
    topic,
    admin,
    createSource: (options: Partial<KafkaSourceOptions> = {}) =>
      createKafkaSource({ client, topic, groupId: topic, logger, heartbeatMs: 100, ...options }),
    createPublisher: (options: Partial<KafkaPublisherOptions> = {}) =>
      createKafkaPublisher({ client, topic, logger, ...options }),
    /** As retention would: what lies before `offset` is gone. */
    async deleteBefore(partition: number, offset: number) {
      await admin.fetchTopicMetadata({ topics: [topic] }) // the request is sent to brokers that are known
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] })
    },
    recreate: () => recreateTopic(admin, topic, partitions),
    async remove() {
      await admin.deleteTopics({ topics: [topic] })
      await admin.disconnect()
    },
  }
}
