import type { TopicBatch } from '@patterns/shared/contract/topicMessage.ts'

/**
 * What the owner of a partition does with its messages. The source calls it for
 * one batch of a partition at a time, partitions side by side.
 */
export interface PartitionOwner {
  /**
   * A partition is now ours. Answers the offset to read from.
   * @throws when the partition must not be read (its end is below what is stored, say);
   * the source then leaves the partition alone and reports it in `stopped`. It does not log what an owner throws, here
   * or in `take`: that is the owner's to tell.
   */
  assigned(partition: number, endOffset: number): Promise<number>
  /**
   * Takes one batch. Its messages may be views with getters: read them, do not spread or clone them. `alive` is to be called at least every few seconds while this
   * waits, so that the group does not take the partition away.
   * Answers the offset to read from next: usually `batch.nextOffset`, another to seek.
   */
  take(batch: TopicBatch, alive: () => Promise<void>): Promise<number>
  /**
   * Under which leader the message before the offset was taken that was answered last; `null` if that is not known.
   * With it Kafka notices that its log is another one before that offset.
   */
  leaderEpoch?(partition: number): number | null
  /** A partition is no longer ours: let go of all that is held for it. */
  revoked(partition: number): Promise<void>
}

/** Where the partition ends lie, as the broker knows it now. */
export interface PartitionEnd {
  readonly partition: number
  /** The oldest offset still there. */
  readonly startOffset: number
  /** The offset that the next message will get. */
  readonly endOffset: number
  /**
   * Which topic this is: another one once it was deleted and created again under the same name. `null` if that
   * cannot be told.
   */
  readonly topicId: string | null
}

/** What a partition says of the messages that it holds now. */
export interface PartitionHistory {
  /**
   * How far its log goes under a leader: the last one up to `leaderEpoch`, and the offset after its last message
   * (KIP-320). `null` if it knows of none: all that was read under that leader is gone. `undefined` if it cannot
   * tell, as it has no leaders.
   */
  epochEnd(
    leaderEpoch: number,
  ): Promise<{ readonly leaderEpoch: number; readonly endOffset: number } | null | undefined>
  /** The value of its message at an offset; `undefined` if it holds none there. */
  valueAt(offset: number): Promise<Buffer | null | undefined>
}

/** A partition of ours that is not read, and why. Others go on. */
export interface UnreadPartition {
  readonly partition: number
  readonly error: Error
}

/** Reads a topic for a group of processes. Kafka and the file topic pass one suite. */
export interface Source {
  /** Joins and begins to deliver to `owner`. Resolves once joined; rejects if the topic cannot be reached. */
  start(owner: PartitionOwner): Promise<void>
  /** The partitions' ends. Rejects while the broker cannot be reached: unknown is not zero. */
  ends(): Promise<PartitionEnd[]>
  /** To ask what a partition holds now. Its answers reject while the broker cannot be reached. */
  history(partition: number): PartitionHistory
  /** `connecting` until joined, `down` while the broker cannot be reached, or no partition can be read. */
  status(): 'connecting' | 'up' | 'down'
  /** The partitions of ours that are no longer read, until they are begun again or lost. */
  stopped(): UnreadPartition[]
  /** The partitions of ours that could not be read for some seconds. They are tried again until they are. */
  retrying(): UnreadPartition[]
  /**
   * Asks the owner of a partition again where to read from, as when the partition came, even if it had stopped:
   * what it was stopped for may be repaired. Nothing happens if the partition is not ours.
   */
  beginAgain(partition: number): void
  /** Leaves the group after the batches under way. Idempotent. */
  stop(): Promise<void>
}
