/** A batch of the topic that cannot be read. Offsets are the topic's own. */
export interface UnreadableBatch {
  /** What is wrong with it. */
  readonly problem: string
  readonly firstOffset: number
  /** The offset after its last. */
  readonly nextOffset: number
  /** As it was fetched. */
  readonly bytes: Buffer
  /** The broker's time of it, epoch milliseconds. */
  readonly timestamp: number
}
