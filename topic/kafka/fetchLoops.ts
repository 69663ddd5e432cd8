import type { Logger } from '@patterns/shared/logger.ts'
import { backoffMs } from '../backoff.ts'
import type { PartitionLane } from '../partitionLane.ts'
import { createSignal } from '../signal.ts'
import { deliverFetched } from './deliverFetched.ts'
import { fetchFrom } from './fetch.ts'
import type { KafkaCluster } from './kafkajs/kafkajs.ts'
import { readTopicId } from './readTopicId.ts'
import { recoverCluster } from './recoverCluster.ts'

/** While a lane is full the others are asked without waiting, at most this often: it may have room any moment. */
const fullLanePollMs = 20
/** A fetch that brought less than this is followed by a rest, in which more comes together for the next. */
const smallFetchBytes = 256 << 10
/**
 * Long enough that a steady stream costs some twenty fetches a second, and as many transactions a partition,
 * whatever its rate; short beside the delay of a flush.
 */
const restMs = 40
/** Fetched bytes that all lanes together may hold; each holds at most two batches. */
const heldBytes = 64 << 20

export interface FetchLoopsOptions {
  readonly cluster: KafkaCluster
  readonly topic: string
  /** What the owners were asked for; where it becomes another they are asked again. */
  readonly topicId: string | null
  readonly lanes: ReadonlyMap<number, PartitionLane>
  readonly maxWaitMs: number
  readonly maxBytesPerPartition: number
  readonly logger: Logger
  readonly onStatus: (isUp: boolean) => void
}

/** One loop per broker that leads a partition of ours. */
export interface FetchLoops {
  /** A lane has come, gone, or has room: look again. */
  wake(): void
  stop(): Promise<void>
}

export const createFetchLoops = (options: FetchLoopsOptions): FetchLoops => {
  const { cluster, topic, lanes, logger, onStatus } = options
  const loops = new Map<
    number,
    { readonly awake: ReturnType<typeof createSignal>; readonly done: Promise<void> }
  >()
  const stopping = createSignal()
  let isStopped = false
  let failures = 0
  let fetches = 0
  let { topicId } = options
  let recovering: Promise<void> | undefined

  const lanesLedBy = (node: number) => {
    const leaders = new Map(
      cluster.findTopicPartitionMetadata(topic).map(({ partitionId, leader }) => [partitionId, leader]),
    )
    return [...lanes.values()].filter(({ partition }) => leaders.get(partition) === node)
  }

  const fetchOnce = async (nodeId: number, awake: ReturnType<typeof createSignal>) => {
    await cluster.refreshMetadataIfNecessary()
    const led = lanesLedBy(nodeId)
    // Each is the first now and then: a broker sends a batch that is larger than the limit only where it is.
    const first = fetches++ % Math.max(1, led.length)
    const partitions = [...led.slice(first), ...led.slice(0, first)].flatMap((lane) => {
      const offset = lane.wanted()
      return offset === undefined ? [] : [{ partition: lane.partition, offset }]
    })
    if (partitions.length === 0) return awake.wait(options.maxWaitMs)
    const isAnyFull = led.some((lane) => lane.isFull())
    const perPartition = Math.min(options.maxBytesPerPartition, Math.floor(heldBytes / 2 / lanes.size))
    const fetched = await fetchFrom(await cluster.findBroker({ nodeId }), {
      topic,
      topicId,
      partitions,
      maxWaitMs: isAnyFull ? 0 : options.maxWaitMs,
      maxBytes: perPartition * partitions.length,
      maxBytesPerPartition: perPartition,
    })
    const asked = new Map(partitions.map(({ partition, offset }) => [partition, offset]))
    const delivered = await Promise.all(
      fetched.map(async (answer) => {
        const lane = lanes.get(answer.partition)
        return lane !== undefined && deliverFetched(answer, asked.get(answer.partition)!, { lane, logger })
      }),
    )
    failures = 0
    onStatus(true)
    if (isAnyFull && !delivered.includes(true)) await awake.wait(fullLanePollMs)
    const bytes = fetched.reduce((sum, { records }) => sum + records.length, 0)
    if (bytes > 0 && bytes < smallFetchBytes) await stopping.wait(restMs)
  }

  /** Shared by the loops, so that a broken cluster is not asked by each of them. */
  const recover = async (error: unknown) => {
    failures++
    onStatus(false)
    logger.warn({ attempt: failures, reason: (error as Error).message }, 'cannot fetch; trying again')
    await stopping.wait(backoffMs(failures))
    if (isStopped) return
    await recoverCluster(cluster, logger)
    await noticeAnotherTopic()
  }

  /** Another topic by the same name is not read on, however long it is: its owners are asked where to begin. */
  const noticeAnotherTopic = async () => {
    const now = await readTopicId(cluster, topic).catch(() => null)
    if (now === null) return
    if (topicId !== null && topicId !== now) {
      logger.warn({ topic }, 'the topic was created anew; asking the owner again')
      for (const lane of lanes.values()) lane.reassign()
    }
    topicId = now
  }

  const run = async (nodeId: number, awake: ReturnType<typeof createSignal>) => {
    while (!isStopped) {
      try {
        await fetchOnce(nodeId, awake)
        if (lanesLedBy(nodeId).length === 0) break
      } catch (error) {
        if (isStopped) break
        await (recovering ??= recover(error).finally(() => (recovering = undefined)))
      }
      startMissing()
    }
    loops.delete(nodeId)
    // Whatever this broker led another one leads now.
    startMissing()
  }

  const startMissing = () => {
    if (isStopped) return
    for (const { partitionId, leader } of metadataOrNothing()) {
      if (leader < 0 || !lanes.has(partitionId) || loops.has(leader)) continue
      const awake = createSignal()
      const done = Promise.resolve().then(async () => run(leader, awake))
      loops.set(leader, { awake, done })
    }
  }
  const metadataOrNothing = () => {
    try {
      return cluster.findTopicPartitionMetadata(topic)
    } catch {
      return []
    }
  }

  return {
    wake() {
      startMissing()
      for (const { awake } of loops.values()) awake.notify()
    },
    async stop() {
      isStopped = true
      stopping.notify()
      for (const { awake } of loops.values()) awake.notify()
      await Promise.all([...loops.values()].map(({ done }) => done))
    },
  }
}
