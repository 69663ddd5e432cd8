import type { GeneratedMessage } from '@patterns/generator/faults.ts'
import { fates } from '@patterns/generator/faults.ts'
import type { OutgoingMessage, Publisher } from '@patterns/topic/publisher.ts'

/** What must become of a message. */
export type Fate = (typeof fates)[keyof typeof fates]

/** A message that the topic has acknowledged, and what must become of it. */
export interface SentMessage {
  readonly partition: number
  /** In the source offsets of the log, which begin again with no topic. */
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly fate: Fate
}

/** Sends messages and keeps each that was acknowledged: what everything is counted from in the end. */
export interface Ledger {
  readonly sent: readonly SentMessage[]
  /** Sends all, and resolves once all are acknowledged. */
  send(messages: Iterable<GeneratedMessage>): Promise<void>
  /** The same for messages made by hand. */
  sendAs(fate: Fate, ...messages: readonly OutgoingMessage[]): Promise<SentMessage[]>
  /** Takes in a message that came into the topic without an acknowledgement. */
  add(message: SentMessage): void
  /** A topic created again begins at offset 0 again: its offsets are added to what came before. */
  beginAnew(): void
  /** The offset after the last message by partition, as the log should see it. */
  ends(): Map<number, number>
}

/** What a topic gets that is created by whoever uses it first. */
const partitions = 4

const asBuffer = (data: Buffer | string | null): Buffer | null =>
  typeof data === 'string' ? Buffer.from(data) : data

export const createLedger = (publisher: () => Publisher): Ledger => {
  const sent: SentMessage[] = []
  let bases = new Map<number, number>()

  const ends = (): Map<number, number> => {
    const found = new Map(Array.from({ length: partitions }, (_, partition) => [partition, 0]))
    for (const { partition, offset } of sent)
      found.set(partition, Math.max(found.get(partition) ?? 0, offset + 1))
    return found
  }

  const sendOne = async (message: OutgoingMessage, fate: Fate): Promise<SentMessage> => {
    const timestamp = message.timestamp ?? Date.now()
    const { partition, offset } = await publisher().send({ ...message, timestamp })
    const acknowledged = {
      partition,
      offset: offset + (bases.get(partition) ?? 0),
      timestamp,
      key: asBuffer(message.key),
      value: asBuffer(message.value),
      headers: message.headers as Record<string, string> | undefined,
      fate,
    }
    sent.push(acknowledged)
    return acknowledged
  }

  return {
    sent,
    async send(messages) {
      const acknowledgements: Promise<unknown>[] = []
      for (const { kind, message } of messages) {
        await publisher().ready()
        acknowledgements.push(sendOne(message, fates[kind]))
      }
      await Promise.all(acknowledgements)
    },
    sendAs: (fate, ...messages) => Promise.all(messages.map((message) => sendOne(message, fate))),
    add: (message) => void sent.push(message),
    beginAnew: () => void (bases = ends()),
    ends,
  }
}
