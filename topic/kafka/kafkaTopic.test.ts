import { describe, inject } from 'vitest'
import { describeTopic } from '../topic.contract.ts'
import { createTestTopic } from '../testing/kafkaTestTopic.ts'

const brokers = inject('kafkaBrokers')

describe.skipIf(brokers === null)('with a real broker', () => {
  describeTopic('Kafka', async () => createTestTopic(brokers!))
})
