import type { TopicBatch } from '@patterns/shared/contract/topicMessage.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import { createPartitionAssignment, OutsideError, type UnknownEnds } from './partitionAssignment.ts'
import { createSignal } from './signal.ts'
import type { PartitionEnd, PartitionOwner } from './source.ts'
import { UnreadableBatchError } from './unreadableBatchError.ts'

/** The partition is no longer ours: what is under way for it is to be abandoned. */
export class PartitionLostError extends Error {
  override readonly name = 'PartitionLostError'
}

const noProgressWaitMs = 100

export interface PartitionConsumerOptions {
  readonly partition: number
  readonly owner: PartitionOwner
  /** The partition's ends as they are now; tried again if it rejects. */
  readonly ends: () => Promise<Pick<PartitionEnd, 'startOffset' | 'endOffset'>>
  /** Called when the consumer has room for a batch. */
  readonly onWanted: () => void
  readonly logger: Logger
}

/**
 * One partition that is ours: asks the owner where to begin, hands it one batch after the other, and lets
 * the next batch be fetched while one is being taken. Both adapters deliver through it.
 */
export interface PartitionConsumer {
  readonly partition: number
  /** The offset to fetch from; `undefined` while there is no room, or nothing may be read. */
  wanted(): number | undefined
  /** Under which leader the message before `wanted()` was taken; `null` if that is not known. */
  leaderEpoch(): number | null
  /** Whether a fetched batch waits, so that more will be wanted as soon as the owner has taken one. */
  isFull(): boolean
  /** Hands over a fetched batch. One that does not begin at `wanted()` is stale and dropped. */
  offer(batch: TopicBatch): void
  /** The offset after the last batch that the owner took; `undefined` before the first answer. */
  position(): number | undefined
  /** Since when the owner has been taking a batch without a sign of life, by `Date.now`; `undefined` while idle. */
  silentSince(): number | undefined
  /**
   * What the consumer knows of the partition no longer holds (out of range, created again): the owner is asked again, unless
   * the consumer has stopped.
   */
  reassign(): void
  /**
   * Nothing can be read from `wanted()` on: stops the consumer, with this reason, until it is begun again. What was offered
   * before is taken first.
   */
  fail(error: Error): void
  /** The owner is asked again, even if the consumer has stopped. */
  beginAgain(): void
  failure(): Error | undefined
  /** Why the consumer has not begun, if the broker does not say where its partition ends. */
  waitsFor(): UnknownEnds | undefined
  /** Ends the consumer: waits for the batch under way, then tells the owner that the partition is gone. Idempotent. */
  close(): Promise<void>
}

export const createPartitionConsumer = (options: PartitionConsumerOptions): PartitionConsumer => {
  const { partition, owner, onWanted, logger } = options
  const changed = createSignal()
  const assignment = createPartitionAssignment({
    partition,
    owner,
    ends: options.ends,
    pause: async (ms) => changed.wait(ms),
  })
  let waiting: TopicBatch | undefined
  let readFrom: number | undefined
  let leaderEpoch: number | null = null
  let position: number | undefined
  let silentSince: number | undefined
  let failure: Error | undefined
  /** What to stop for once what was offered before is taken. */
  let failing: Error | undefined
  let isClosed = false
  let mustReassign = false

  const alive = async () => {
    if (isClosed) throw new PartitionLostError(`Partition ${partition} is no longer ours`)
    silentSince = Date.now()
  }
  const seek = (offset: number) => {
    waiting = undefined
    failing = undefined
    readFrom = offset
    leaderEpoch = owner.leaderEpoch?.(partition) ?? null
    position = offset
    onWanted()
  }
  const fail = (error: Error, level: 'error' | 'debug' = 'error') => {
    if (failure || isClosed) return
    failure = error
    failing = undefined
    waiting = undefined
    readFrom = undefined
    // Without a stack if a person has to repair it: the reason says how.
    const details = error instanceof UnreadableBatchError ? { reason: error.message } : { err: error }
    logger[level]({ partition, ...details }, 'partition stopped; others go on')
    changed.notify()
  }
  const take = async (batch: TopicBatch) => {
    silentSince = Date.now()
    const next = await owner.take(batch, alive).finally(() => (silentSince = undefined))
    if (next === batch.nextOffset) position = next
    else seek(next)
    if (next === batch.firstOffset && next !== batch.nextOffset) await changed.wait(noProgressWaitMs)
  }

  const read = async () => {
    const offset = await assignment.ask()
    if (offset === undefined) return
    seek(offset)
    while (!isClosed && !mustReassign && !failure) {
      const batch = waiting
      if (!batch) {
        if (failing) fail(failing)
        else await changed.wait()
        continue
      }
      waiting = undefined
      onWanted()
      await take(batch)
    }
    readFrom = undefined
    waiting = undefined
  }

  const run = async () => {
    while (!isClosed) {
      mustReassign = false
      try {
        await assignment.release()
        await read()
      } catch (error) {
        // The owner has told of its own errors: told twice, one error looks like two.
        const level = error instanceof OutsideError ? 'error' : 'debug'
        fail(error instanceof Error ? error : new Error(String(error)), level)
      }
      while (failure && !isClosed) await changed.wait()
    }
  }
  const running = run()

  const reassign = () => {
    // Also while the owner is being asked: what it answers may be of what there was before.
    mustReassign = true
    readFrom = undefined
    failing = undefined
    waiting = undefined
    changed.notify()
  }

  let closing: Promise<void> | undefined
  const close = async () => {
    isClosed = true
    changed.notify()
    await assignment.close()
    await running
    await assignment.release()
  }

  return {
    partition,
    wanted: () => (isClosed || waiting ? undefined : readFrom),
    leaderEpoch: () => leaderEpoch,
    isFull: () => waiting !== undefined,
    offer(batch) {
      if (isClosed || waiting || batch.firstOffset !== readFrom) return
      waiting = batch
      readFrom = batch.nextOffset
      leaderEpoch = batch.leaderEpoch ?? null
      changed.notify()
    },
    position: () => position,
    silentSince: () => silentSince,
    reassign,
    fail(error) {
      if (failure || isClosed) return
      failing = error
      readFrom = undefined
      changed.notify()
    },
    beginAgain() {
      if (isClosed) return
      failure = undefined
      reassign()
    },
    failure: () => failure,
    waitsFor: assignment.waitsFor,
    close: async () => (closing ??= close()),
  }
}
