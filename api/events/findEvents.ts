import type { EventLog, LogRecord } from '@patterns/event-log/eventLog.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type { Range } from '../conventions/range.ts'
import type { PositionRange } from './readPositionRanges.ts'
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
  readonly eventLog: Pick<EventLog, 'read'>
  readonly patternId: string
  /** Event time, epoch milliseconds. */
  readonly range: Range
  /** Where to look, by shard. */
  readonly ranges: ReadonlyMap<number, readonly PositionRange[]>
  readonly before?: EventPlace | undefined
  readonly limit: number
  /** Events looked at before a page ends short, since a rare pattern may lie far apart. */
  readonly mostLookedAt?: number
}

export interface FoundEvents {
  readonly events: readonly FoundEvent[]
  /** Where to go on; `null` where all was looked at. */
  readonly next: EventPlace | null
}

/**
 * Whether a record may be of the pattern, without parsing it: the id stands in the text, unless its
 * characters are written as escapes.
 */
const mayBeOf = (record: LogRecord, patternId: string): boolean => {
  const text = record.value.toString('latin1')
  return text.toLowerCase().includes(patternId) || text.includes('\\u')
}

/**
 * The pattern's events of a range: shard by shard, in each the newest position first. A pattern lives in one
 * shard unless the topic got more partitions.
 */
export const findEvents = async (options: FindEventsOptions): Promise<FoundEvents> => {
  const { eventLog, patternId, range, ranges, before, limit, mostLookedAt = 200_000 } = options
  const events: FoundEvent[] = []
  let lookedAt = 0
  const shards = [...ranges.keys()].toSorted((a, b) => b - a)
  for (const shard of shards) {
    if (before !== undefined && shard > before.shard) continue
    const below = before?.shard === shard ? before.position : Number.POSITIVE_INFINITY
    for (const step of stepsBack(ranges.get(shard)!, below)) {
      const found: FoundEvent[] = []
      for await (const record of recordsIn(eventLog, shard, step)) {
        lookedAt++
        if (!mayBeOf(record, patternId)) continue
        const event = decodeRecord(record)
        if (event.patternId !== patternId) continue
        if (event.occurredAt >= range.from && event.occurredAt < range.to)
          found.push({ shard, record, event })
      }
      events.push(...found.toReversed())
      if (events.length > limit) {
        const shown = events.slice(0, limit)
        const last = shown.at(-1)!
        return { events: shown, next: { shard: last.shard, position: last.record.position } }
      }
      if (lookedAt >= mostLookedAt) return { events, next: { shard, position: step.first } }
    }
  }
  return { events, next: null }
}

const recordsIn = async function* (
  eventLog: Pick<EventLog, 'read'>,
  shard: number,
  { first, last }: PositionRange,
): AsyncGenerator<LogRecord> {
  for await (const page of eventLog.read(shard, first - 1)) {
    for (const record of page) {
      if (record.position > last) return
      yield record
    }
    if (page.at(-1)!.position >= last) return
  }
}
