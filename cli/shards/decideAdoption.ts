import type { ShardHead } from '@patterns/event-log/eventLog.ts'
import { isAnotherTopic } from '@patterns/event-log/isAnotherTopic.ts'
import type { PartitionEnd } from '@patterns/topic/source.ts'

/** What must change so that a shard can go on with what its partition has now. */
export type Adoption =
  /** The partition still has what the log expects next. */
  | { readonly kind: 'nothing' }
  /** The topic is another one with the same messages at the same offsets. */
  | { readonly kind: 'copy' }
  /** The topic was created anew: its offsets begin again, and are added to this base. */
  | { readonly kind: 'recreated'; readonly sourceBase: number }
  /** The same topic lost its newest messages after they were read: what comes next is added to this base. */
  | { readonly kind: 'truncated'; readonly sourceBase: number }
  /** The topic's retention removed these messages before they were read. */
  | { readonly kind: 'gap'; readonly lostMessages: number; readonly nextSourceOffset: number }

/**
 * Decides it from the shard's head and the partition's ends, as they are now. Only a person knows whether another
 * topic is a copy of the old one.
 */
export const decideAdoption = (
  head: Pick<ShardHead, 'nextSourceOffset' | 'sourceBase' | 'topicId'>,
  { startOffset, endOffset, topicId }: Omit<PartitionEnd, 'partition'>,
  { isCopy = false }: { readonly isCopy?: boolean } = {},
): Adoption => {
  const { nextSourceOffset, sourceBase } = head
  const expected = nextSourceOffset - sourceBase
  const isAnother = isAnotherTopic(head, topicId)
  if (isAnother && isCopy && startOffset <= expected && expected <= endOffset) return { kind: 'copy' }
  // What it still has was read: from its beginning everything would be counted twice.
  if (endOffset < expected && topicId !== null && topicId === head.topicId)
    return { kind: 'truncated', sourceBase: nextSourceOffset - endOffset }
  if (endOffset < expected || isAnother)
    return { kind: 'recreated', sourceBase: nextSourceOffset - startOffset }
  if (startOffset <= expected) return { kind: 'nothing' }
  return { kind: 'gap', lostMessages: startOffset - expected, nextSourceOffset: startOffset + sourceBase }
}
