import type { EventLog, LogRecord, PositionRange, SoughtEvents } from '@patterns/event-log/eventLog.ts'
import { isSought } from '@patterns/event-log/isSought.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import { type HourPositions, joinRanges, stepBack } from './stepBack.ts'

export interface FoundEvent {
  readonly shard: number
  readonly record: LogRecord
  readonly event: PatternEvent
}

/** The event before which a page begins. */
export interface EventPlace {
  readonly shard: number
  readonly position: number
}

export interface EventsAsked extends SoughtEvents {
  /** Where to look, by shard, in order. */
  readonly ranges: ReadonlyMap<number, readonly HourPositions[]>
  readonly before?: EventPlace | undefined
  readonly limit: number
}

export interface FoundEvents {
  readonly events: readonly FoundEvent[]
  /** Where to go on; `null` if all ranges were searched. */
  readonly next: EventPlace | null
}

/**
 * Finds a pattern's events of a range: shard by shard, in each the newest position first. A pattern is in
 * one shard, unless partitions were added to the topic.
 */
export type FindEvents = (asked: EventsAsked) => Promise<FoundEvents>

export interface FindEventsOptions {
  readonly eventLog: Pick<EventLog, 'positionsOf' | 'readRanges'>
  /** A page ends short after this long, in milliseconds: the events of a rare pattern lie far apart. */
  readonly maxMs?: number
  readonly now?: () => number
}

/** Positions in order as ranges of neighbours. */
const rangesOf = (positions: readonly number[]): PositionRange[] => {
  const ranges: { first: number; last: number }[] = []
  for (const position of positions) {
    const open = ranges.at(-1)
    if (open?.last === position - 1) open.last = position
    else ranges.push({ first: position, last: position })
  }
  return ranges
}

export const createFindEvents = ({
  eventLog,
  maxMs = 300,
  now = () => performance.now(),
}: FindEventsOptions): FindEvents => {
  /** Those of the events at some positions that are asked for; the newest position first. */
  const readEvents = async (
    shard: number,
    positions: readonly number[],
    asked: EventsAsked,
  ): Promise<FoundEvent[]> => {
    const found: FoundEvent[] = []
    for await (const page of eventLog.readRanges(shard, rangesOf(positions))) {
      for (const record of page) {
        const event = decodeRecord(record)
        if (isSought(event, event.occurredAt, asked)) found.push({ shard, record, event })
      }
    }
    return found.toReversed()
  }

  return async (asked) => {
    const { ranges, before, limit } = asked
    const deadline = now() + maxMs
    const events: FoundEvent[] = []
    for (const shard of [...ranges.keys()].toSorted((a, b) => b - a)) {
      if (before !== undefined && shard > before.shard) continue
      const joined = joinRanges(ranges.get(shard)!)
      let below = before?.shard === shard ? before.position : Number.POSITIVE_INFINITY
      for (;;) {
        const wanted = limit + 1 - events.length
        const step = stepBack(joined, below, wanted)
        if (step.length === 0) break
        const positions = await eventLog.positionsOf(shard, step, asked)
        const newest = positions.slice(-wanted)
        events.push(...(await readEvents(shard, newest, asked)))
        if (events.length > limit) {
          const shown = events.slice(0, limit)
          const last = shown.at(-1)!
          return { events: shown, next: { shard: last.shard, position: last.record.position } }
        }
        below = newest.length < positions.length ? newest[0]! : step[0]!.first
        if (now() >= deadline) return { events, next: { shard, position: below } }
      }
    }
    return { events, next: null }
  }
}
