import type { Logger } from '@patterns/shared/logger.ts'
import type { KafkaCluster } from './kafkajs/kafkajs.ts'

/** Makes the cluster look again who leads what, after a request failed; a broker whose connection broke is forgotten. */
export const recoverCluster = async (
  cluster: KafkaCluster,
  error: unknown,
  logger: Logger,
): Promise<void> => {
  const { host, port } = error as { host?: string; port?: number }
  if (host !== undefined && port !== undefined) cluster.removeBroker({ host, port })
  await cluster
    .refreshMetadata()
    .catch((cause: Error) => logger.debug({ reason: cause.message }, 'no metadata of Kafka'))
}
