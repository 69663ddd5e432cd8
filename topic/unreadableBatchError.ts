import type { UnreadableBatch } from '@patterns/shared/contract/unreadableBatch.ts'

/** What comes next in a partition cannot be read. It stops there, until somebody goes on behind it. */
export class UnreadableBatchError extends Error {
  override readonly name = 'UnreadableBatchError'
  readonly batch: UnreadableBatch

  constructor(partition: number, batch: UnreadableBatch, cause: unknown) {
    const { firstOffset, nextOffset, problem } = batch
    super(
      `Partition ${partition} cannot be read from offset ${firstOffset} to ${nextOffset - 1}: ${problem}`,
      {
        cause,
      },
    )
    this.batch = batch
  }
}
