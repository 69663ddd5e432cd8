import type { ShardHead } from '@patterns/event-log/eventLog.ts'

/** The place in the topic that a log goes on from: what an adoption changes. */
export type RefusedHead = Pick<ShardHead, 'nextSourceOffset' | 'sourceBase' | 'topicId'>

/** The topic no longer holds what the log expects next: it was created anew, or its retention was too short. */
export class LostSourceError extends Error {
  override readonly name = 'LostSourceError'
  readonly refused: RefusedHead

  constructor(message: string, refused: RefusedHead) {
    super(message)
    this.refused = refused
  }
}

/** Whether the log goes on from elsewhere since: the shard was adopted, or another process has gone on with it. */
export const hasMovedSince = ({ refused }: LostSourceError, head: RefusedHead | undefined): boolean =>
  head?.nextSourceOffset !== refused.nextSourceOffset ||
  head.sourceBase !== refused.sourceBase ||
  head.topicId !== refused.topicId
