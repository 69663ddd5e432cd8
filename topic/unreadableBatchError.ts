import type { UnreadableBatch } from '@patterns/shared/contract/unreadableBatch.ts'

/** What comes next in a partition cannot be read. It stops there, until somebody goes on behind it. */
export class UnreadableBatchError extends Error {
  override readonly name = 'UnreadableBatchError'
  readonly batch: UnreadableBatch

  constructor(batch: UnreadableBatch, cause: unknown) {
    const { firstOffset, nextOffset, problem } = batch
    super(`The batch of offsets ${firstOffset} to ${nextOffset - 1} cannot be read: ${problem}`, { cause })
    this.batch = batch
  }
}
