import path from 'node:path'
import type { Logger } from '@patterns/shared/logger.ts'
import type { processSettings, topicSettings } from '@patterns/shared/settings/settings.ts'
import type { z } from 'zod'
import type { BatchingOptions } from './batchingPublisher.ts'
import { createFilePublisher } from './file/filePublisher.ts'
import { createFileSource } from './file/fileSource.ts'
import { createKafkaClient, type KafkaConnection } from './kafka/kafkajs/kafkajs.ts'
import { createKafkaPublisher } from './kafka/kafkaPublisher.ts'
import { createKafkaSource } from './kafka/kafkaSource.ts'
import { readTls } from './kafka/readTls.ts'
import type { Publisher } from './publisher.ts'
import type { Source } from './source.ts'

type Shape = typeof topicSettings & Pick<typeof processSettings, 'DATA_DIR'>
export type TopicSettings = z.infer<z.ZodObject<Shape>>

/** The topic that the settings name. Nothing is connected or created before a source starts or a message is sent. */
export interface OpenTopic {
  readonly name: string
  readonly kind: 'kafka' | 'file'
  /** For people: what the topic is and where. */
  readonly describe: string
  createSource(options?: { maxBytesPerPartition?: number }): Source
  createPublisher(options?: { batching?: BatchingOptions }): Publisher
}

export interface OpenTopicOptions {
  readonly settings: TopicSettings
  readonly logger: Logger
}

/**
 * The Kafka topic if `KAFKA_BROKERS` is set, else the file topic in `DATA_DIR`.
 * @throws SettingsError if a file that a setting names cannot be used
 */
export const openTopic = ({ settings, logger }: OpenTopicOptions): OpenTopic =>
  settings.KAFKA_BROKERS ? openKafka(settings, settings.KAFKA_BROKERS, logger) : openFile(settings, logger)

const openKafka = (settings: TopicSettings, brokers: readonly string[], logger: Logger): OpenTopic => {
  const { KAFKA_TOPIC: topic, KAFKA_GROUP_ID: groupId, KAFKA_PARTITIONER: partitioner } = settings
  const client = createKafkaClient(kafkaConnection(settings, brokers), logger)
  return {
    name: topic,
    kind: 'kafka',
    describe: `Kafka topic ${topic} at ${brokers.join(',')}`,
    createSource: (options = {}) => createKafkaSource({ client, topic, groupId, logger, ...options }),
    createPublisher: (options = {}) =>
      createKafkaPublisher({ client, topic, logger, partitioner, ...options }),
  }
}

const kafkaConnection = (settings: TopicSettings, brokers: readonly string[]): KafkaConnection => {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username } = settings
  const password = settings.KAFKA_SASL_PASSWORD
  // All or none of them: whoever reads the settings has seen to that.
  const sasl =
    mechanism === undefined || username === undefined || password === undefined
      ? {}
      : { sasl: { mechanism, username, password } }
  return { brokers, ssl: readTls(settings), ...sasl }
}

const openFile = (settings: TopicSettings, logger: Logger): OpenTopic => {
  const { KAFKA_TOPIC: topic, KAFKA_PARTITIONER: partitioner, DATA_DIR: dataDir } = settings
  const { FILE_TOPIC_PARTITIONS: createWithPartitions } = settings
  return {
    name: topic,
    kind: 'file',
    describe: `file topic in ${path.resolve(dataDir, 'topic', topic)}`,
    createSource: (options = {}) =>
      createFileSource({ dataDir, topic, createWithPartitions, logger, ...options }),
    createPublisher: (options = {}) =>
      createFilePublisher({ dataDir, topic, createWithPartitions, partitioner, ...options }),
  }
}
