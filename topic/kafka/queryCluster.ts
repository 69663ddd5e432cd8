import type { KafkaClient, KafkaCluster } from './kafkajs/kafkajs.ts'
import { within } from './within.ts'

const timeoutMs = 5_000
/** Shorter, so that what the other brokers say is told in time if one hangs. */
const requestTimeoutMs = 2_000

/** Connections for questions: on those of the fetches a question would wait behind an answer. */
export interface QueryCluster {
  /** Rejects within 5 s if none of the brokers can be reached. */
  ask<Answer>(question: (cluster: KafkaCluster) => Promise<Answer>): Promise<Answer>
  stop(): Promise<void>
}

export const createQueryCluster = ({
  client,
  topic,
}: {
  client: KafkaClient
  topic: string
}): QueryCluster => {
  let connecting: Promise<KafkaCluster> | undefined

  const connect = async () => {
    const cluster = client.createCluster({ requestTimeoutMs })
    try {
      await cluster.connect()
      await cluster.addTargetTopic(topic)
      return cluster
    } catch (error) {
      connecting = undefined
      await cluster.disconnect()
      throw error
    }
  }
  const answer = async <Answer>(question: (cluster: KafkaCluster) => Promise<Answer>): Promise<Answer> => {
    const cluster = await (connecting ??= connect())
    await cluster.refreshMetadata() // a partition may have been added, or have another leader
    return question(cluster)
  }
  return {
    ask: async (question) => within(timeoutMs, answer(question)),
    stop: async () => connecting?.then(async (cluster) => cluster.disconnect()).catch(() => undefined),
  }
}
