import type { PartitionHistory } from '../source.ts'
import { UnreadableBatchError } from '../unreadableBatchError.ts'
import { decompress } from './decompress.ts'
import { type FetchedPartition, fetchFrom } from './fetch.ts'
import { type KafkaCluster, type KafkaNode, protocolError } from './kafkajs/kafkajs.ts'
import { readEpochEnd } from './readEpochEnd.ts'
import { decodeRecords } from './recordBatch.ts'
import type { QueryCluster } from './queryCluster.ts'

const offsetOutOfRange = 1

/** `undefined` even if it cannot be read any more. */
const valueIn = async ({ records, aborted }: FetchedPartition, offset: number) => {
  try {
    const [first] = (await decodeRecords(records, offset, aborted, decompress)).messages
    return first?.offset === offset ? first.value : undefined
  } catch (error) {
    if (error instanceof UnreadableBatchError) return undefined
    throw error
  }
}

/** What the leader of a partition has in its log. */
export const createKafkaHistory = (
  queries: QueryCluster,
  topic: string,
  partition: number,
): PartitionHistory => {
  const leaderOf = async (cluster: KafkaCluster): Promise<KafkaNode> => {
    const found = cluster
      .findTopicPartitionMetadata(topic)
      .find(({ partitionId }) => partitionId === partition)
    if (found === undefined || found.leader < 0) throw new Error(`Partition ${partition} has no leader`)
    return cluster.findBroker({ nodeId: found.leader })
  }
  return {
    epochEnd: async (leaderEpoch) =>
      queries.ask(async (cluster) =>
        readEpochEnd(await leaderOf(cluster), { topic, partition, leaderEpoch }),
      ),

    valueAt: async (offset) =>
      queries.ask(async (cluster) => {
        const [answer] = await fetchFrom(await leaderOf(cluster), {
          topic,
          topicId: null,
          partitions: [{ partition, offset, leaderEpoch: null }],
          maxWaitMs: 0,
          maxBytes: 1, // the first batch comes whole, however large it is
          maxBytesPerPartition: 1,
        })
        if (answer === undefined || answer.errorCode === offsetOutOfRange) return undefined
        if (answer.errorCode !== 0) throw protocolError(answer.errorCode)
        return valueIn(answer, offset)
      }),
  }
}
