import type { Logger } from '@patterns/shared/logger.ts'
import type { PartitionConsumer } from '../partitionConsumer.ts'
import type { ReadFailures } from '../readFailures.ts'
import { createSignal, type Signal } from '../signal.ts'
import { deliverFetched } from './deliverFetched.ts'
import { type FetchedPartition, fetchFrom } from './fetch.ts'
import type { KafkaCluster } from './kafkajs/kafkajs.ts'
import { readTopicId } from './readTopicId.ts'

/** While a consumer is full the others are asked without waiting, at most this often: it may have room any moment. */
const fullConsumerPollMs = 20
/** A fetch that brought less than this is followed by a rest, in which more comes together for the next. */
const smallFetchBytes = 256 << 10
/**
 * Long enough that a steady stream costs some twenty fetches a second, and as many transactions a partition,
 * whatever its rate; short beside the delay of a flush.
 */
const restMs = 40
/** Fetched bytes that all consumers together may hold; each holds at most two batches. */
const heldBytes = 64 << 20

export interface FetchLoopsOptions {
  readonly cluster: KafkaCluster
  readonly topic: string
  /** What the owners were asked for; if it becomes another they are asked again. */
  readonly topicId: string | null
  readonly consumers: ReadonlyMap<number, PartitionConsumer>
  /** What keeps partitions from being fetched. */
  readonly failures: ReadFailures
  readonly maxWaitMs: number
  readonly maxBytesPerPartition: number
  readonly logger: Logger
}

/** One loop per broker that leads a partition of ours. None of them waits for another, nor for metadata. */
export interface FetchLoops {
  /** A consumer has come, gone, or has room: look again. */
  wake(): void
  stop(): Promise<void>
}

export const createFetchLoops = (options: FetchLoopsOptions): FetchLoops => {
  const { cluster, topic, consumers, failures, logger } = options
  const loops = new Map<number, { readonly awake: Signal; readonly done: Promise<void> }>()
  const stopping = createSignal()
  let isStopped = false
  let fetches = 0
  let { topicId } = options
  let lookingAgain: Promise<void> | undefined

  const leaders = () =>
    new Map(cluster.findTopicPartitionMetadata(topic).map(({ partitionId, leader }) => [partitionId, leader]))
  const consumersLedBy = (node: number) => {
    const leaderOf = leaders()
    return [...consumers.values()].filter(({ partition }) => leaderOf.get(partition) === node)
  }

  const fetchOnce = async (nodeId: number, awake: Signal) => {
    const led = consumersLedBy(nodeId)
    // Each is the first now and then: a broker sends a batch that is larger than the limit only if it comes first.
    const first = fetches++ % Math.max(1, led.length)
    const partitions = [...led.slice(first), ...led.slice(0, first)].flatMap((consumer) => {
      const offset = consumer.wanted()
      return offset === undefined || !failures.isDue(consumer.partition)
        ? []
        : [{ partition: consumer.partition, offset, leaderEpoch: consumer.leaderEpoch() }]
    })
    if (partitions.length === 0) {
      const ids = led.map(({ partition }) => partition)
      return awake.wait(failures.dueInMs(ids, options.maxWaitMs))
    }
    const isAnyFull = led.some((consumer) => consumer.isFull())
    const perPartition = Math.min(options.maxBytesPerPartition, Math.floor(heldBytes / 2 / consumers.size))
    const askedAt = Date.now()
    let fetched: FetchedPartition[]
    try {
      fetched = await fetchFrom(await cluster.findBroker({ nodeId }), {
        topic,
        topicId,
        partitions,
        maxWaitMs: isAnyFull ? 0 : options.maxWaitMs,
        maxBytes: perPartition * partitions.length,
        maxBytesPerPartition: perPartition,
      })
    } catch (error) {
      for (const { partition } of partitions) failures.failed(partition, error, askedAt)
      return lookAgain()
    }
    const answers = new Map(fetched.map((answer) => [answer.partition, answer]))
    const delivered = await Promise.all(
      partitions.map(async ({ partition, offset }, index) =>
        deliver(partition, offset, { answer: answers.get(partition), askedAt, wasFirst: index === 0 }),
      ),
    )
    if (partitions.some(({ partition }) => failures.isFailing(partition))) lookAgain()
    if (isAnyFull && !delivered.includes(true)) await awake.wait(fullConsumerPollMs)
    const bytes = fetched.reduce((sum, { records }) => sum + records.length, 0)
    if (bytes > 0 && bytes < smallFetchBytes) await stopping.wait(restMs)
  }

  /** Answers whether there was anything for the partition. */
  const deliver = async (
    partition: number,
    offset: number,
    {
      answer,
      askedAt,
      wasFirst,
    }: { answer: FetchedPartition | undefined; askedAt: number; wasFirst: boolean },
  ): Promise<boolean> => {
    const consumer = consumers.get(partition)
    if (!consumer) return false
    try {
      if (!answer) throw new Error('the broker said nothing of the partition')
      const isAny = await deliverFetched(answer, offset, { consumer, logger, wasFirst })
      failures.succeeded(partition)
      return isAny
    } catch (error) {
      failures.failed(partition, error, askedAt)
      return false
    }
  }

  /** Who leads what, and whether the topic is still the same: beside the loops, once for all of them. */
  const lookAgain = () => {
    if (isStopped) return
    lookingAgain ??= cluster
      .refreshMetadata()
      .catch((cause: Error) => logger.debug({ reason: cause.message }, 'no metadata of Kafka'))
      .then(noticeAnotherTopic)
      .finally(() => {
        lookingAgain = undefined
        wake()
      })
  }

  /** Another topic by the same name is not read on, however long it is: its owners are asked where to begin. */
  const noticeAnotherTopic = async () => {
    const now = await readTopicId(cluster, topic).catch(() => null)
    if (now === null) return
    if (topicId !== null && topicId !== now) {
      logger.warn({ topic }, 'the topic was created again; asking the owner again')
      for (const consumer of consumers.values()) consumer.reassign()
    }
    topicId = now
  }

  const run = async (nodeId: number, awake: Signal) => {
    while (!isStopped && consumersLedBy(nodeId).length > 0) await fetchOnce(nodeId, awake)
    loops.delete(nodeId)
    // Whatever this broker led another one leads now.
    startMissing()
  }

  const startMissing = () => {
    if (isStopped) return
    const leaderOf = leaders()
    for (const partition of consumers.keys()) {
      const leader = leaderOf.get(partition) ?? -1
      if (leader < 0) {
        if (failures.isDue(partition)) failures.failed(partition, new Error('no broker leads the partition'))
        continue
      }
      if (loops.has(leader)) continue
      const awake = createSignal()
      const done = Promise.resolve().then(async () => run(leader, awake))
      loops.set(leader, { awake, done })
    }
  }

  const wake = () => {
    failures.keepOnly(consumers)
    startMissing()
    for (const { awake } of loops.values()) awake.notify()
  }
  return {
    wake,
    async stop() {
      isStopped = true
      stopping.notify()
      for (const { awake } of loops.values()) awake.notify()
      await Promise.all([...loops.values()].map(async ({ done }) => done))
      await lookingAgain
    },
  }
}
