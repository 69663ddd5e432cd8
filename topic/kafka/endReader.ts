import type { PartitionEnd } from '../source.ts'
import type { KafkaClient, KafkaCluster } from './kafkajs/kafkajs.ts'
import { readTopicId } from './readTopicId.ts'

const timeoutMs = 5_000

export interface EndReader {
  /** The ends of all partitions, as the brokers know them now. Rejects within 5 s where they cannot be reached. */
  ends(): Promise<PartitionEnd[]>
  stop(): Promise<void>
}

/**
 * Asks for the ends on connections of its own: on those of the group a question would wait behind a join.
 * After a failure the connections are made anew.
 */
export const createEndReader = ({ client, topic }: { client: KafkaClient; topic: string }): EndReader => {
  let connecting: Promise<KafkaCluster> | undefined
  let reading: Promise<PartitionEnd[]> | undefined
  let next: Promise<PartitionEnd[]> | undefined

  const connect = async () => {
    const cluster = client.createCluster()
    await cluster.connect()
    await cluster.addTargetTopic(topic)
    return cluster
  }
  const forget = async () => {
    const old = connecting
    connecting = undefined
    await old?.then(async (cluster) => cluster.disconnect()).catch(() => undefined)
  }

  const read = async (): Promise<PartitionEnd[]> => {
    const cluster = await (connecting ??= connect())
    await cluster.refreshMetadata() // a partition may have been added, or have another leader
    const partitions = cluster
      .findTopicPartitionMetadata(topic)
      .filter(({ leader }) => leader >= 0) // of the others nobody knows the end
      .map(({ partitionId }) => ({ partition: partitionId }))
    const offsets = async (fromBeginning: boolean) => {
      const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning }])
      return new Map(answer?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
    }
    const [topicId, starts, ends] = await Promise.all([
      readTopicId(cluster, topic),
      offsets(true),
      offsets(false),
    ])
    return partitions
      .map(({ partition }) => {
        const [startOffset, endOffset] = [starts.get(partition), ends.get(partition)]
        if (startOffset === undefined || endOffset === undefined)
          throw new Error(`Kafka did not say where partition ${partition} of ${topic} ends`)
        return { partition, startOffset, endOffset, topicId }
      })
      .toSorted((a, b) => a.partition - b.partition)
  }

  const start = async (): Promise<PartitionEnd[]> => {
    try {
      reading = within(timeoutMs, read()).finally(() => (reading = undefined))
      return await reading
    } catch (error) {
      void forget()
      throw error
    }
  }
  const startNext = () => {
    next = undefined
    return start()
  }

  return {
    // Who asks while a question is under way gets the answer to the next one: this one may tell of an end from
    // before the caller knew what it compares the end with.
    ends: async () => (reading ? (next ??= reading.then(startNext, startNext)) : start()),
    stop: forget,
  }
}

const within = async <Result>(ms: number, work: Promise<Result>): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Kafka did not answer within ${ms} ms`)), ms)
  })
  return Promise.race([work, expired]).finally(() => clearTimeout(timer))
}
