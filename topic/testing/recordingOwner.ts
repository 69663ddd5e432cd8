import type { TopicBatch, TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import { createSignal } from '../signal.ts'
import type { PartitionOwner } from '../source.ts'

/** An owner for tests: keeps all that it is told, and can be made to answer differently. */
export interface RecordingOwner extends PartitionOwner {
  readonly batches: TopicBatch[]
  readonly messages: TopicMessage[]
  /** What happened, in order: `assigned 0 at 5`, `revoked 0`. */
  readonly log: string[]
  /** Where to read from next, by partition: what a real owner keeps in its database. */
  readonly offsets: Map<number, number>
  /** Resolves once `isTrue` holds; asked after each thing that happens. Rejects after `timeoutMs`. */
  until(isTrue: () => boolean, timeoutMs?: number): Promise<void>
}

export interface RecordingOverrides {
  readonly offsets?: Map<number, number>
  readonly assigned?: (partition: number, endOffset: number) => Promise<number> | number
  readonly take?: (batch: TopicBatch, alive: () => Promise<void>) => Promise<number | void> | number | void
  readonly revoked?: (partition: number) => Promise<void> | void
}

export const createRecordingOwner = (overrides: RecordingOverrides = {}): RecordingOwner => {
  const happened = createSignal()
  const offsets = overrides.offsets ?? new Map<number, number>()
  const owner: RecordingOwner = {
    batches: [],
    messages: [],
    log: [],
    offsets,
    async assigned(partition, endOffset) {
      owner.log.push(`assigned ${partition} at ${endOffset}`)
      happened.notify()
      return overrides.assigned ? overrides.assigned(partition, endOffset) : (offsets.get(partition) ?? 0)
    },
    async take(batch, alive) {
      owner.batches.push(batch)
      happened.notify()
      const next = (await overrides.take?.(batch, alive)) ?? batch.nextOffset
      owner.messages.push(...batch.messages)
      offsets.set(batch.partition, next)
      happened.notify()
      return next
    },
    async revoked(partition) {
      await overrides.revoked?.(partition)
      owner.log.push(`revoked ${partition}`)
      happened.notify()
    },
    async until(isTrue, timeoutMs = 20_000) {
      const deadline = Date.now() + timeoutMs
      while (!isTrue()) {
        if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${isTrue.toString()}`)
        await happened.wait(100)
      }
    },
  }
  return owner
}
