import type { ShardHead } from '@patterns/event-log/eventLog.ts'
import { isAnotherTopic } from '@patterns/event-log/isAnotherTopic.ts'
import type { HistoryCheck } from '@patterns/event-log/checkHistory.ts'
import type { PartitionEnd } from '@patterns/topic/source.ts'

/** The place in the topic that a log goes on from: what an adoption changes. */
export type RefusedHead = Pick<ShardHead, 'nextSourceOffset' | 'sourceBase' | 'topicId'>

/** The topic no longer holds what the log expects next: it was created again, or its retention was too short. */
export class LostSourceError extends Error {
  override readonly name = 'LostSourceError'
  readonly refused: RefusedHead

  constructor(message: string, refused: RefusedHead) {
    super(message)
    this.refused = refused
  }
}

/** @throws LostSourceError if what the log expects next is not what the partition has there */
export const refuseLostSource = (
  shard: number,
  head: RefusedHead,
  { startOffset, endOffset, topicId }: Omit<PartitionEnd, 'partition'>,
  { divergesAt }: Pick<HistoryCheck, 'divergesAt'>,
): void => {
  const expected = head.nextSourceOffset - head.sourceBase
  const refuse = (what: string): never => {
    const remedy = `Run "npm run cli -- shards adopt --shard ${shard}" to go on with what the topic has now.`
    throw new LostSourceError(`Partition ${shard} ${what}. ${remedy}`, head)
  }
  const isSame = topicId !== null && topicId === head.topicId
  if (isAnotherTopic(head, topicId))
    refuse(
      `is of another topic of this name than the ${expected} messages of it in the log: the topic was created again`,
    )
  if (divergesAt !== null && (isSame || divergesAt > startOffset)) {
    const now =
      endOffset > divergesAt ? `other messages at ${divergesAt} to ${endOffset - 1}` : 'none from there on'
    refuse(
      `no longer has the messages that were read at offsets ${divergesAt} to ${expected - 1}, and has ${now}: the topic lost its newest messages`,
    )
  }
  if (divergesAt !== null || endOffset < expected) {
    const why = isSame ? 'the topic lost its newest messages' : 'the topic was created again'
    refuse(`ends at offset ${endOffset}, but ${expected} messages of it are in the log: ${why}`)
  }
  if (startOffset > expected)
    refuse(
      `begins at offset ${startOffset}, but the log expects ${expected} next: the topic's retention removed the ones between`,
    )
}

/** Whether the log goes on from elsewhere since: the shard was adopted, or another process has gone on with it. */
export const hasMovedSince = ({ refused }: LostSourceError, head: RefusedHead | undefined): boolean =>
  head?.nextSourceOffset !== refused.nextSourceOffset ||
  head.sourceBase !== refused.sourceBase ||
  head.topicId !== refused.topicId
