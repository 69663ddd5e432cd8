import { type Consume, maxBytesPerPartition, maxWaitMs } from './consume.ts'

/** kafkajs' own consumer, batch by batch, its partitions side by side. */
export const consumeWithKafkajs: Consume = async ({ client, topic, onMessages }) => {
  const consumer = client.createConsumer({
    groupId: `${topic}-kafkajs-${process.pid}`,
    maxWaitTimeInMs: maxWaitMs,
    maxBytesPerPartition,
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    partitionsConsumedConcurrently: 4,
    eachBatch: async ({ batch }) => onMessages(batch.messages),
  })
  return async () => consumer.disconnect()
}
