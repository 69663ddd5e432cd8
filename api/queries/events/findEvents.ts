import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { EventLog, LogRecord, PositionRange } from '@patterns/event-log/eventLog.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import type { Outcome, PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type { Range } from '../../values/range.ts'
import { createPatternIndex } from './patternIndex.ts'
import { type HourPositions, joinRanges, stepBack } from './stepBack.ts'

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

export interface EventsAsked {
  readonly patternId: string
  /** Event time, epoch milliseconds. */
  readonly range: Range
  /** Only uses with this outcome. */
  readonly outcome?: Outcome | undefined
  /** Where to look, by shard, in order. */
  readonly ranges: ReadonlyMap<number, readonly HourPositions[]>
  readonly before?: EventPlace | undefined
  readonly limit: number
}

export interface FoundEvents {
  readonly events: readonly FoundEvent[]
  /** Where to go on; `null` if all was looked at. */
  readonly next: EventPlace | null
}

/**
 * Finds a pattern's events of a range: shard by shard, in each the newest position first. A pattern lives in
 * one shard unless the topic got more partitions.
 */
export type FindEvents = (asked: EventsAsked) => Promise<FoundEvents>

export interface FindEventsOptions {
  readonly eventLog: Pick<EventLog, 'readRanges'>
  /** How long is looked before a page ends short, in milliseconds: a rare pattern's events lie far apart. */
  readonly mostMs?: number
  readonly now?: () => number
}

/** Events that are read at once to find those with an outcome among them. */
const mostSifted = 1_000

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
  mostMs = 300,
  now = () => performance.now(),
}: FindEventsOptions): FindEvents => {
  const index = createPatternIndex({ eventLog })

  /** The events at some positions, as far as they are of the range; the newest position first. */
  const readEvents = async (
    shard: number,
    positions: readonly number[],
    { range: { from, to }, outcome }: EventsAsked,
  ): Promise<FoundEvent[]> => {
    const found: FoundEvent[] = []
    for await (const page of eventLog.readRanges(shard, rangesOf(positions))) {
      for (const record of page) {
        const event = decodeRecord(record)
        if (outcome !== undefined && event.outcome !== outcome) continue
        if (event.occurredAt >= from && event.occurredAt < to) found.push({ shard, record, event })
      }
    }
    return found.toReversed()
  }

  return async (asked) => {
    const { patternId, outcome, ranges, before, limit } = asked
    const deadline = now() + mostMs
    const events: FoundEvent[] = []
    for (const shard of [...ranges.keys()].toSorted((a, b) => b - a)) {
      if (before !== undefined && shard > before.shard) continue
      const joined = joinRanges(ranges.get(shard)!)
      let below = before?.shard === shard ? before.position : Number.POSITIVE_INFINITY
      for (;;) {
        const wanted = limit + 1 - events.length
        const step = stepBack(joined, below, wanted)
        if (step.length === 0) break
        const positions = await index.positions(shard, step, patternId)
        const newest = positions.slice(outcome === undefined ? -wanted : -mostSifted)
        events.push(...(await readEvents(shard, newest, asked)))
        if (events.length > limit) {
          const shown = events.slice(0, limit)
          const last = shown.at(-1)!
          return { events: shown, next: { shard: last.shard, position: last.record.position } }
        }
        // What is known already costs no wait, and others want to be answered, too.
        await yieldToEventLoop()
        below = newest.length < positions.length ? newest[0]! : step[0]!.first
        if (now() >= deadline) return { events, next: { shard, position: below } }
      }
    }
    return { events, next: null }
  }
}
