import type { Logger } from '@patterns/shared/logger.ts'
import { createPartitionConsumer, type PartitionConsumer } from '../partitionConsumer.ts'
import { createReadFailures } from '../readFailures.ts'
import type { PartitionEnd, PartitionOwner, Source } from '../source.ts'
import { TopicUnreachableError } from '../topicUnreachable.ts'
import { createEndReader } from './endReader.ts'
import { createFetchLoops, type FetchLoops } from './fetchLoops.ts'
import { createGroupMember } from './groupMember.ts'
import { createKafkaHistory } from './kafkaHistory.ts'
import { connectCluster, reachTopic } from './reachTopic.ts'
import type { KafkaClient } from './kafkajs/kafkajs.ts'
import { createMembership, type Membership } from './membership.ts'
import { createQueryCluster } from './queryCluster.ts'
import { within } from './within.ts'

export interface KafkaSourceOptions {
  readonly client: KafkaClient
  readonly topic: string
  readonly groupId: string
  readonly logger: Logger
  /** Partitions of the topic if it has to be created; default 4. `0` forbids it. */
  readonly createWithPartitions?: number
  /** How long a fetch waits for something new; default 250, below the heartbeat interval. */
  readonly maxWaitMs?: number
  /** The most that one batch holds, in bytes as fetched; default 2 MiB. Less if many partitions are ours. */
  readonly maxBytesPerPartition?: number
  /** After how long without a heartbeat the group gives our partitions to others; default 6,000, the least that brokers allow. */
  readonly sessionTimeoutMs?: number
  /** Default 1,000: a rebalance begins at most this much later. */
  readonly heartbeatMs?: number
  /** An owner that gives no sign of life for this long while it takes a batch loses its partitions; default 60,000. */
  readonly silenceMs?: number
  /** How often to look for partitions that were added; default 30,000. */
  readonly metadataMaxAgeMs?: number
}

/** For who leads what, say: a broker that takes longer hangs, and another one is asked. Fetches and joins say their own. */
const requestTimeoutMs = 5_000
/** For heartbeats: two of them fit into a session. */
const groupRequestTimeoutMs = 2_500
/** How long the group waits for a member to join again; more than a member needs to notice. */
const rebalanceTimeoutMs = 15_000
/** How long fetches, and then connections, may take to end in order. */
const stopWaitMs = 1_500
/** A partition that has unknown ends for this long is reported as one that cannot be read. */
const reportedAfterMs = 5_000

/** Reads a Kafka topic as a member of a consumer group; each partition is delivered by a consumer of its own. */
export const createKafkaSource = ({
  client,
  topic,
  groupId,
  logger,
  createWithPartitions = 4,
  maxWaitMs = 250,
  maxBytesPerPartition = 2 << 20,
  sessionTimeoutMs = 6_000,
  heartbeatMs = 1_000,
  silenceMs = 60_000,
  metadataMaxAgeMs = 30_000,
}: KafkaSourceOptions): Source => {
  const cluster = client.createCluster({ metadataMaxAgeMs, requestTimeoutMs })
  const groupCluster = client.createCluster({ requestTimeoutMs: groupRequestTimeoutMs })
  const queries = createQueryCluster({ client, topic })
  const ends = createEndReader(queries, topic)
  const consumers = new Map<number, PartitionConsumer>()
  const failures = createReadFailures(logger)
  let isInGroup = false
  let hasJoined = false
  let membership: Membership | undefined
  let loops: FetchLoops | undefined
  let stopping: Promise<void> | undefined

  const endOf = async (partition: number): Promise<PartitionEnd> => {
    const end = (await ends()).find((candidate) => candidate.partition === partition)
    if (!end) throw new Error(`Kafka does not say where partition ${partition} of ${topic} ends`)
    return end
  }

  const open = async (owner: PartitionOwner) => {
    const topicId = await reachTopic({ client, cluster, topic, createWithPartitions, logger })
    await connectCluster(client, groupCluster)
    await groupCluster.addTargetTopic(topic)
    if (stopping) throw new Error('The source was stopped while it connected')
    loops = createFetchLoops({
      cluster,
      topic,
      topicId,
      consumers,
      failures,
      maxWaitMs,
      maxBytesPerPartition,
      logger,
    })
    const { wake } = loops
    membership = createMembership({
      cluster,
      topic,
      member: createGroupMember({
        groupCluster,
        cluster,
        groupId,
        topic,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
      }),
      consumers,
      createConsumer: (partition) =>
        createPartitionConsumer({
          partition,
          owner,
          ends: async () => endOf(partition),
          onWanted: wake,
          logger,
        }),
      onChange: wake,
      onStatus: (up) => (isInGroup = up),
      heartbeatMs,
      silenceMs,
      logger,
    })
    await membership.start().catch((error: Error) => {
      throw new TopicUnreachableError(`KAFKA_GROUP_ID: ${groupId} cannot be joined: ${error.message}`, {
        cause: error,
      })
    })
    hasJoined = true
  }

  const close = async () => {
    await membership?.stop()
    // What hangs ends once its answer is overdue.
    await within(stopWaitMs, loops?.stop() ?? Promise.resolve()).catch(() => undefined)
    const connections = [cluster.disconnect(), groupCluster.disconnect(), queries.stop()]
    await within(stopWaitMs, Promise.allSettled(connections)).catch(() => undefined)
  }
  const stop = async () => (stopping ??= close())

  return {
    async start(owner) {
      try {
        await open(owner)
      } catch (error) {
        await stop()
        throw error
      }
    },
    ends,
    history: (partition) => createKafkaHistory(queries, topic, partition),
    status() {
      if (!hasJoined) return 'connecting'
      const canRead =
        consumers.size === 0 || [...consumers.keys()].some((partition) => !failures.isFailing(partition))
      return isInGroup && canRead ? 'up' : 'down'
    },
    stopped: () =>
      [...consumers.values()].flatMap((consumer) => {
        const error = consumer.failure()
        return error ? [{ partition: consumer.partition, error }] : []
      }),
    retrying: () => [
      ...failures.lasting(),
      ...[...consumers.values()].flatMap((consumer) => {
        const waits = consumer.waitsFor()
        return waits && Date.now() - waits.sinceMs >= reportedAfterMs
          ? [{ partition: consumer.partition, error: waits.error }]
          : []
      }),
    ],
    beginAgain: (partition) => consumers.get(partition)?.beginAgain(),
    stop,
  }
}
