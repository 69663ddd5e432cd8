/** Headers of one message, as Kafka gives them: a name may have several values. */
export type MessageHeaders = Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>

/** One message of a partition, its bytes untouched. */
export interface TopicMessage {
  readonly offset: number
  readonly key: Buffer | null
  /** `null` is what Kafka calls a tombstone. */
  readonly value: Buffer | null
  readonly headers: MessageHeaders | undefined
  /** When it came into the topic, as the record says: the broker's time or the producer's. Epoch milliseconds, and any other number. */
  readonly timestamp: number
}

/** The consecutive messages of one partition that one fetch returned. */
export interface TopicBatch {
  readonly partition: number
  /** The offset that was asked for. The batch accounts for all of `[firstOffset, nextOffset)`. */
  readonly firstOffset: number
  /** The offset to ask for next. Offsets in between that carry no message are not records. */
  readonly nextOffset: number
  /** In offset order. */
  readonly messages: readonly TopicMessage[]
  /** The partition's end when this batch was fetched: the offset that its next message will get. */
  readonly endOffset: number
  /** Under which of the partition's leaders its last message was taken; absent if the source has none. */
  readonly leaderEpoch?: number | null
}
