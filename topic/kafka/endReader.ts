import type { PartitionEnd } from '../source.ts'
import type { KafkaCluster } from './kafkajs/kafkajs.ts'
import { readTopicId } from './readTopicId.ts'
import type { QueryCluster } from './queryCluster.ts'

/**
 * Reads the ends of all partitions whose brokers say them, as they are now. Rejects within 5 s if none of the brokers
 * can be reached.
 */
export const createEndReader = (queries: QueryCluster, topic: string): (() => Promise<PartitionEnd[]>) => {
  let reading: Promise<PartitionEnd[]> | undefined
  let next: Promise<PartitionEnd[]> | undefined

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

  const read = async (cluster: KafkaCluster): Promise<PartitionEnd[]> => {
    const byLeader = new Map<number, { partition: number }[]>()
    for (const { partitionId: partition, leader } of cluster.findTopicPartitionMetadata(topic))
      if (leader >= 0) byLeader.set(leader, [...(byLeader.get(leader) ?? []), { partition }])
    const [topicId, answers] = await Promise.all([
      readTopicId(cluster, topic),
      Promise.allSettled([...byLeader.values()].map(async (led) => readFrom(cluster, led))),
    ])
    const answered = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    const failed = answers.find((answer) => answer.status === 'rejected')
    if (answered.length === 0 && failed) throw failed.reason
    return answered.map((end) => ({ ...end, topicId })).toSorted((a, b) => a.partition - b.partition)
  }

  const start = async () => (reading = queries.ask(read).finally(() => (reading = undefined)))
  const startNext = () => {
    next = undefined
    return start()
  }
  // Who asks while a question is under way gets the answer to the next one: this one may tell of an end from
  // before the caller knew what it compares the end with.
  return async () => (reading ? (next ??= reading.then(startNext, startNext)) : start())
}
