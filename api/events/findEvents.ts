import type { LogRecord } from '@patterns/event-log/eventLog.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type { Range } from '../conventions/range.ts'
import type { Vector } from '../live/vector.ts'
import type { PositionRange } from './readPositionRanges.ts'
import type { RecordBlocks } from './recordBlocks.ts'
import { stepsBack } from './stepsBack.ts'

export interface FoundEvent {
  readonly shard: number
  readonly record: LogRecord
  readonly event: PatternEvent
}

/** Before which event a page begins. */
export interface EventPlace {
  readonly shard: number
  readonly position: number
}

export interface FindEventsOptions {
  readonly records: RecordBlocks
  readonly patternId: string
  /** Event time, epoch milliseconds. */
  readonly range: Range
  /** Where to look, by shard. */
  readonly ranges: ReadonlyMap<number, readonly PositionRange[]>
  readonly before?: EventPlace | undefined
  readonly limit: number
  /** What `ranges` is as of: so far the log reaches. */
  readonly vector: Vector
  /** Reads of the log before a page ends short: a rare pattern's events lie far apart. */
  readonly mostReads?: number
  /** How long is looked before a page ends short, in milliseconds. */
  readonly mostMs?: number
  readonly now?: () => number
}

export interface FoundEvents {
  readonly events: readonly FoundEvent[]
  /** Where to go on; `null` where all was looked at. */
  readonly next: EventPlace | null
}

/**
 * The pattern's events of a range: shard by shard, in each the newest position first. A pattern lives in one
 * shard unless the topic got more partitions.
 */
export const findEvents = async (options: FindEventsOptions): Promise<FoundEvents> => {
  const { records, patternId, range, ranges, before, limit, vector } = options
  const { mostReads = 16, mostMs = 500, now = () => performance.now() } = options
  const deadline = now() + mostMs
  const events: FoundEvent[] = []
  let reads = 0
  const shards = [...ranges.keys()].toSorted((a, b) => b - a)
  for (const shard of shards) {
    if (before !== undefined && shard > before.shard) continue
    const below = before?.shard === shard ? before.position : Number.POSITIVE_INFINITY
    for (const step of stepsBack(ranges.get(shard)!, below)) {
      const found: FoundEvent[] = []
      const looked = await records.find(patternId, step, { shard, end: vector.get(shard) ?? step.last })
      for (const record of looked.records) {
        const event = decodeRecord(record)
        if (event.occurredAt >= range.from && event.occurredAt < range.to)
          found.push({ shard, record, event })
      }
      events.push(...found.toReversed())
      if (events.length > limit) {
        const shown = events.slice(0, limit)
        const last = shown.at(-1)!
        return { events: shown, next: { shard: last.shard, position: last.record.position } }
      }
      reads += looked.reads
      if (reads >= mostReads || (reads > 0 && now() >= deadline))
        return { events, next: { shard, position: step.first } }
    }
  }
  return { events, next: null }
}
