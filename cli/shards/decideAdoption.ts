import type { ShardHead } from '@patterns/event-log/eventLog.ts'
import type { PartitionEnd } from '@patterns/topic/source.ts'

/** What must change so that a shard can go on with what its partition has now. */
export type Adoption =
  /** The partition still has what the log expects next. */
  | { readonly kind: 'nothing' }
  /** The topic was created anew: its offsets begin again, and are added to this base. */
  | { readonly kind: 'recreated'; readonly sourceBase: number }
  /** The topic's retention removed these messages before they were read. */
  | { readonly kind: 'gap'; readonly lostMessages: number; readonly nextSourceOffset: number }

/** Decides it from the shard's head and the partition's ends, as they are now. */
export const decideAdoption = (
  { nextSourceOffset, sourceBase }: Pick<ShardHead, 'nextSourceOffset' | 'sourceBase'>,
  { startOffset, endOffset }: Pick<PartitionEnd, 'startOffset' | 'endOffset'>,
): Adoption => {
  const expected = nextSourceOffset - sourceBase
  if (endOffset < expected) return { kind: 'recreated', sourceBase: nextSourceOffset - startOffset }
  if (startOffset <= expected) return { kind: 'nothing' }
  return { kind: 'gap', lostMessages: startOffset - expected, nextSourceOffset: startOffset + sourceBase }
}
