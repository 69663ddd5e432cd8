import { randomUUID } from 'node:crypto'
import { createLogger } from '@patterns/shared/logger.ts'
import { describe, inject } from 'vitest'
import { describeTopic } from '../topic.contract.ts'
import { createKafkaClient } from './kafkajs.ts'
import { createKafkaPublisher } from './kafkaPublisher.ts'
import { createKafkaSource } from './kafkaSource.ts'

const brokers = inject('kafkaBrokers')

describe.skipIf(brokers === null)('with a real broker', () => {
  describeTopic('Kafka', async () => {
    const logger = createLogger('test', 'silent')
    const client = createKafkaClient({ brokers: brokers!.split(',') }, logger)
    const topic = `contract-${randomUUID()}`
    const admin = client.createAdmin()
    await admin.connect()
    const create = async () =>
      admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: true })
    await create()
    return {
      createSource: (options = {}) =>
        createKafkaSource({ client, topic, groupId: topic, logger, heartbeatMs: 100, ...options }),
      createPublisher: (options = {}) => createKafkaPublisher({ client, topic, logger, ...options }),
      async recreate() {
        await admin.deleteTopics({ topics: [topic] })
        await create()
      },
      async remove() {
        await admin.deleteTopics({ topics: [topic] })
        await admin.disconnect()
      },
    }
  })
})
