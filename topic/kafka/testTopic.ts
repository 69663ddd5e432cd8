import { randomUUID } from 'node:crypto'
import { createLogger } from '@patterns/shared/logger.ts'
import { createKafkaClient } from './kafkajs.ts'
import { createKafkaPublisher, type KafkaPublisherOptions } from './kafkaPublisher.ts'
import { untilThere } from './reachTopic.ts'
import { createKafkaSource, type KafkaSourceOptions } from './kafkaSource.ts'

/** A topic of its own on a real broker, for tests. */
export const createTestTopic = async (
  brokers: string,
  { partitions = 4, name = randomUUID() }: { partitions?: number; name?: string } = {},
) => {
  const logger = createLogger('test', 'silent')
  const client = createKafkaClient({ brokers: brokers.split(',') }, logger)
  const topic = `test-${name}`
  const admin = client.createAdmin()
  await admin.connect()
  const create = async () => {
    const definition = { topics: [{ topic, numPartitions: partitions }], waitForLeaders: false }
    // False while the broker still knows the one that was deleted.
    while (!(await admin.createTopics(definition))) await new Promise((resolve) => setTimeout(resolve, 50))
    const cluster = client.createCluster()
    await cluster.connect()
    await untilThere(cluster, topic)
    await cluster.disconnect()
  }
  if (partitions > 0) await create()
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
    async recreate() {
      await admin.deleteTopics({ topics: [topic] })
      await create()
    },
    async remove() {
      await admin.deleteTopics({ topics: [topic] })
      await admin.disconnect()
    },
  }
}
