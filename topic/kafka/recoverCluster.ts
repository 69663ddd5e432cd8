import type { Logger } from '@patterns/shared/logger.ts'
import type { KafkaCluster } from './kafkajs/kafkajs.ts'

/** Makes the cluster look again who leads what, after a request failed. */
export const recoverCluster = async (cluster: KafkaCluster, logger: Logger): Promise<void> =>
  cluster
    .refreshMetadata()
    .catch((cause: Error) => logger.debug({ reason: cause.message }, 'no metadata of Kafka'))
