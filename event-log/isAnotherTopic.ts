import type { ShardHead } from './eventLog.ts'

/**
 * Whether a shard's source offsets are of another topic than the one that goes by its name now, whatever that one's
 * offsets are. It does not matter if nothing was taken yet, and cannot be told if either id is unknown.
 */
export const isAnotherTopic = (
  { nextSourceOffset, sourceBase, topicId }: Pick<ShardHead, 'nextSourceOffset' | 'sourceBase' | 'topicId'>,
  topicIdNow: string | null,
): boolean =>
  topicId !== null && topicIdNow !== null && topicId !== topicIdNow && nextSourceOffset > sourceBase
