import type { MessageHeaders } from '@patterns/shared/contract/topicMessage.ts'

/** One message to send. If `partition` is absent the key chooses it, as Kafka's default partitioner does. */
export interface OutgoingMessage {
  readonly key: Buffer | string | null
  readonly value: Buffer | string | null
  readonly headers?: MessageHeaders
  /** Epoch milliseconds; default now. */
  readonly timestamp?: number
  readonly partition?: number
}

/** Where an acknowledged message lies. */
export interface Delivery {
  readonly partition: number
  readonly offset: number
}

/** Sends to the topic in batches. Kafka and the file topic pass one suite. */
export interface Publisher {
  /**
   * Takes a message into the current batch and resolves once the topic has acknowledged it.
   * Rejects when it could not be delivered after all retries.
   */
  send(message: OutgoingMessage): Promise<Delivery>
  /** Resolves when there is room for more: await it before `send` in a loop that produces faster than the topic takes. */
  ready(): Promise<void>
  /** Sends what is waiting and resolves when all of it is acknowledged. */
  flush(): Promise<void>
  /** Flushes and disconnects. Idempotent. */
  stop(): Promise<void>
}
