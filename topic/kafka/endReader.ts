import type { PartitionEnd } from '../source.ts'
import { within } from './within.ts'
import type { KafkaClient, KafkaCluster } from './kafkajs/kafkajs.ts'
import { readTopicId } from './readTopicId.ts'

const timeoutMs = 5_000
/** Shorter, so that what the other brokers say is told in time where one hangs. */
const requestTimeoutMs = 2_000

export interface EndReader {
  /**
   * The ends of all partitions whose brokers say them, as they are now. Rejects within 5 s where none of the brokers can
   * be reached.
   */
  ends(): Promise<PartitionEnd[]>
  stop(): Promise<void>
}

/** Asks for the ends on connections of its own: on those of the fetches a question would wait behind an answer. */
export const createEndReader = ({ client, topic }: { client: KafkaClient; topic: string }): EndReader => {
  let connecting: Promise<KafkaCluster> | undefined
  let reading: Promise<PartitionEnd[]> | undefined
  let next: Promise<PartitionEnd[]> | undefined

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

  const readFrom = async (cluster: KafkaCluster, partitions: { partition: number }[]) => {
    const offsets = async (fromBeginning: boolean) => {
      const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning }])
      return new Map(answer?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
    }
    const [starts, ends] = await Promise.all([offsets(true), offsets(false)])
    return partitions.flatMap(({ partition }) => {
      const [startOffset, endOffset] = [starts.get(partition), ends.get(partition)]
      return startOffset === undefined || endOffset === undefined
        ? []
        : [{ partition, startOffset, endOffset }]
    })
  }

  const read = async (): Promise<PartitionEnd[]> => {
    const cluster = await (connecting ??= connect())
    await cluster.refreshMetadata() // a partition may have been added, or have another leader
    const byLeader = new Map<number, { partition: number }[]>()
    for (const { partitionId: partition, leader } of cluster.findTopicPartitionMetadata(topic))
      if (leader >= 0) byLeader.set(leader, [...(byLeader.get(leader) ?? []), { partition }])
    const [topicId, answers] = await Promise.all([
      readTopicId(cluster, topic),
      Promise.allSettled([...byLeader.values()].map(async (led) => readFrom(cluster, led))),
    ])
    const said = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    const failed = answers.find((answer) => answer.status === 'rejected')
    if (said.length === 0 && failed) throw failed.reason
    return said.map((end) => ({ ...end, topicId })).toSorted((a, b) => a.partition - b.partition)
  }

  const start = async (): Promise<PartitionEnd[]> => {
    reading = within(timeoutMs, read()).finally(() => (reading = undefined))
    return reading
  }
  const startNext = () => {
    next = undefined
    return start()
  }

  return {
    // Who asks while a question is under way gets the answer to the next one: this one may tell of an end from
    // before the caller knew what it compares the end with.
    ends: async () => (reading ? (next ??= reading.then(startNext, startNext)) : start()),
    stop: async () => connecting?.then(async (cluster) => cluster.disconnect()).catch(() => undefined),
  }
}
