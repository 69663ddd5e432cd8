import type { HistoryCheck } from '@patterns/event-log/checkHistory.ts'
import type { ShardHead } from '@patterns/event-log/eventLog.ts'
import { isAnotherTopic } from '@patterns/event-log/isAnotherTopic.ts'
import type { PartitionEnd } from '@patterns/topic/source.ts'

/** What must change so that a shard can go on with what its partition has now. */
export type Adoption =
  /** The partition still has what the log expects next. */
  | { readonly kind: 'nothing' }
  /** The topic is another one with the same messages at the same offsets. */
  | { readonly kind: 'copy' }
  /** The topic was created again: its offsets begin again, and are added to this base. */
  | { readonly kind: 'recreated'; readonly sourceBase: number }
  /** The topic lost messages after they were read: what it has from this offset on is added to this base. */
  | { readonly kind: 'truncated'; readonly sourceBase: number; readonly readFrom: number }
  /** The topic's retention removed these messages before they were read. */
  | { readonly kind: 'gap'; readonly lostMessages: number; readonly nextSourceOffset: number }

/**
 * Decides it from the shard's head and the partition's ends, as they are now. Only a person knows whether another
 * topic is a copy of the old one.
 */
export const decideAdoption = (
  head: Pick<ShardHead, 'nextSourceOffset' | 'sourceBase' | 'topicId'>,
  { startOffset, endOffset, topicId }: Omit<PartitionEnd, 'partition'>,
  { isCopy = false, divergesAt }: { readonly isCopy?: boolean } & Pick<HistoryCheck, 'divergesAt'>,
): Adoption => {
  const { nextSourceOffset, sourceBase } = head
  const expected = nextSourceOffset - sourceBase
  const isAnother = isAnotherTopic(head, topicId)
  if (isAnother && isCopy && startOffset <= expected && expected <= endOffset) return { kind: 'copy' }
  const isSame = topicId !== null && topicId === head.topicId
  // What lies before was read, as far as can be told: from its beginning everything would be counted twice.
  const readFrom = divergesAt ?? Math.min(endOffset, expected)
  const isPartOfIt = isSame || (divergesAt !== null && divergesAt > startOffset)
  if (readFrom < expected && !isAnother && isPartOfIt)
    return { kind: 'truncated', sourceBase: nextSourceOffset - readFrom, readFrom }
  if (readFrom < expected || isAnother)
    return { kind: 'recreated', sourceBase: nextSourceOffset - startOffset }
  if (startOffset <= expected) return { kind: 'nothing' }
  return { kind: 'gap', lostMessages: startOffset - expected, nextSourceOffset: startOffset + sourceBase }
}
