import type { UnreadableBatch } from '@patterns/shared/contract/unreadableBatch.ts'

const describe = ({ firstOffset, nextOffset, problem }: UnreadableBatch): string =>
  `The batch of offsets ${firstOffset} to ${nextOffset - 1} cannot be read: ${problem}`

/** What comes next in a partition cannot be read. It stops there, until somebody goes on behind it. */
export class UnreadableBatchError extends Error {
  override readonly name = 'UnreadableBatchError'
  readonly batch: UnreadableBatch

  constructor(batch: UnreadableBatch, cause: unknown, message = describe(batch)) {
    super(message, { cause })
    this.batch = batch
  }

  /** The same, with what to do about it in this partition. */
  in(partition: number): UnreadableBatchError {
    const remedy = `Run "npm run cli -- shards skip --shard ${partition}" to go on behind it.`
    return new UnreadableBatchError(this.batch, this.cause, `${this.message}. ${remedy}`)
  }
}
