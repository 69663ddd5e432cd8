import type { Logger } from '@patterns/shared/logger.ts'
import { backoffMs } from '../backoff.ts'
import type { PartitionConsumer } from '../partitionConsumer.ts'
import { repeat, type Repeating } from '../repeat.ts'
import { createSignal } from '../signal.ts'
import { type GroupMember, MembershipLostError } from './groupMember.ts'
import type { KafkaCluster } from './kafkajs/kafkajs.ts'
import { within } from './within.ts'

const commitEveryMs = 5_000
/** How long the broker may keep us from stopping, at each of three steps. */
const stopWaitMs = 1_500
/** About ten seconds. */
const firstJoinTries = 8

export interface MembershipOptions {
  /** Tells which partitions there are. */
  readonly cluster: KafkaCluster
  readonly topic: string
  readonly member: GroupMember
  /** The partitions of ours; kept up to date by the membership, read by the fetch loops. */
  readonly consumers: Map<number, PartitionConsumer>
  readonly createConsumer: (partition: number) => PartitionConsumer
  /** Consumers or leaders may have changed. */
  readonly onChange: () => void
  readonly onStatus: (isUp: boolean) => void
  readonly heartbeatMs: number
  /** An owner that takes a batch for this long without a sign of life loses the membership. */
  readonly silenceMs: number
  readonly logger: Logger
}

/**
 * Keeps this process in its group, and its consumers equal to what the group gives it. No heartbeat waits for anything but
 * the group's coordinator: offsets are committed, and metadata is looked at, beside it.
 */
export interface Membership {
  /** Resolves once joined. Rejects if that fails time and again. */
  start(): Promise<void>
  /** Lets go of everything, then leaves. */
  stop(): Promise<void>
}

export const createMembership = (options: MembershipOptions): Membership => {
  const { cluster, topic, member, consumers, logger } = options
  const closing = new Map<number, Promise<void>>()
  const changed = createSignal()
  let mustJoin = true
  let isStopped = false
  let failures = 0
  let knownPartitions = 0
  let beside: readonly Repeating[] = []

  const letGo = (partition: number) => {
    const consumer = consumers.get(partition)
    if (!consumer) return
    const done = consumer
      .close()
      .catch((error: unknown) =>
        logger.warn({ partition, err: error }, 'the partition could not be released'),
      )
      .then(() => {
        closing.delete(partition)
        mustJoin = true // so that the group learns that the partition is free
        changed.notify()
      })
    consumers.delete(partition)
    closing.set(partition, done)
  }

  const join = async () => {
    // Before the round: a partition that is let go of while it lasts needs another one.
    mustJoin = false
    const given = new Set(
      await member.join([...consumers.keys(), ...closing.keys()]).catch((error: unknown) => {
        mustJoin = true
        throw error
      }),
    )
    if (isStopped) return
    knownPartitions = cluster.findTopicPartitionMetadata(topic).length
    for (const partition of [...consumers.keys()]) if (!given.has(partition)) letGo(partition)
    for (const partition of given) {
      // One that is still being let go of comes back in the round that follows its end.
      if (!consumers.has(partition) && !closing.has(partition))
        consumers.set(partition, options.createConsumer(partition))
    }
    logger.info({ partitions: [...consumers.keys()] }, 'joined the consumer group')
    options.onChange()
  }

  const commit = async () => {
    const offsets = new Map<number, number>()
    for (const consumer of consumers.values()) {
      const position = consumer.position()
      if (position !== undefined) offsets.set(consumer.partition, position)
    }
    await member
      .commit(offsets)
      .catch((error: Error) => logger.debug({ reason: error.message }, 'offsets not committed to Kafka'))
  }

  /** Whoever hangs must not keep the partition for ever: it sends the group no heartbeat then. */
  const isSilent = () => {
    const now = Date.now()
    return [...consumers.values()].some(
      (consumer) => now - (consumer.silentSince() ?? now) > options.silenceMs,
    )
  }

  /** A commit is a sign of life, as a heartbeat is. */
  const commitAlive = async () => {
    if (!isSilent()) await commit()
  }

  const beat = async () => {
    if ((await member.heartbeat()) === 'rebalancing') mustJoin = true
  }

  /** A partition that was added needs an owner; a leader that took over, a loop that fetches from it. */
  const lookAround = async () => {
    await cluster
      .refreshMetadataIfNecessary()
      .catch((error: Error) => logger.debug({ reason: error.message }, 'no metadata of Kafka'))
    if (!mustJoin && cluster.findTopicPartitionMetadata(topic).length !== knownPartitions) {
      mustJoin = true
      changed.notify()
    }
    options.onChange()
  }

  const step = async () => {
    try {
      await (mustJoin ? join() : beat())
      failures = 0
      options.onStatus(true)
    } catch (error) {
      if (isStopped) return
      failures++
      options.onStatus(false)
      const what = mustJoin ? 'not in the consumer group; joining again' : 'no heartbeat; trying again'
      logger.warn({ attempt: failures, reason: (error as Error).message }, what)
      if (error instanceof MembershipLostError) {
        mustJoin = true
        for (const partition of [...consumers.keys()]) letGo(partition)
        options.onChange()
        await Promise.all(closing.values())
        return
      }
      await changed.wait(backoffMs(failures))
    }
  }

  const run = async () => {
    while (!isStopped) {
      if (isSilent() || (!mustJoin && failures === 0)) await changed.wait(options.heartbeatMs)
      if (!isStopped && !isSilent()) await step()
    }
  }
  let running: Promise<void> | undefined

  return {
    async start() {
      for (let tried = 1; ; tried++) {
        try {
          await join()
          break
        } catch (error) {
          if (isStopped || tried === firstJoinTries) throw error
          // A broker that has just started still loads its groups, for one.
          await changed.wait(backoffMs(tried))
        }
      }
      if (isStopped) return
      options.onStatus(true)
      running = run()
      beside = [repeat(lookAround, options.heartbeatMs), repeat(commitAlive, commitEveryMs)]
    },
    async stop() {
      const logFailure = (error: Error) =>
        logger.debug({ reason: error.message }, 'could not leave the consumer group cleanly')
      isStopped = true
      changed.notify()
      // If no broker answers, consumers are let go of all the same.
      await within(stopWaitMs, Promise.all([running, ...beside.map(async (work) => work.stop())])).catch(
        logFailure,
      )
      await within(stopWaitMs, commit()).catch(logFailure)
      for (const partition of [...consumers.keys()]) letGo(partition)
      options.onChange()
      await Promise.all(closing.values())
      await within(stopWaitMs, member.leave()).catch(logFailure)
    },
  }
}
