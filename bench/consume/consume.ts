import type { KafkaClient } from '@patterns/topic/kafka/kafkajs/kafkajs.ts'

/** Both consumers wait as long and fetch as much. */
export const maxWaitMs = 250
export const maxBytesPerPartition = 2 << 20

export interface ConsumeOptions {
  readonly client: KafkaClient
  readonly topic: string
  readonly onMessages: (messages: Iterable<{ readonly value: Buffer | null }>) => void
}

/** Reads a topic from its beginning. Resolves once it does, with how to stop it. */
export type Consume = (options: ConsumeOptions) => Promise<() => Promise<void>>
