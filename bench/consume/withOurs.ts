import { createLogger } from '@patterns/shared/logger.ts'
import { createKafkaSource } from '@patterns/topic/kafka/kafkaSource.ts'
import { type Consume, maxBytesPerPartition, maxWaitMs } from './consume.ts'

/** The source as the processor has it, with an owner that does nothing. */
export const consumeWithOurs: Consume = async ({ client, topic, onMessages }) => {
  const source = createKafkaSource({
    client,
    topic,
    groupId: `${topic}-ours-${process.pid}`,
    logger: createLogger('bench', 'warn'),
    maxWaitMs,
    maxBytesPerPartition,
  })
  await source.start({
    assigned: async () => 0,
    async take({ messages, nextOffset }) {
      onMessages(messages)
      return nextOffset
    },
    revoked: async () => undefined,
  })
  return source.stop
}
