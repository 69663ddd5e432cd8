import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { EventLog, PositionRange } from '@patterns/event-log/eventLog.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import { LRUCache } from 'lru-cache'

/** Positions that are indexed and forgotten together. */
export const blockPositions = 512

/**
 * Which pattern the event at each position is of: four bytes an event, for what was looked at. The log never
 * changes, so it never has to be looked at for that again.
 */
export interface PatternIndex {
  /** The positions of a pattern's events in some ranges, which are in order; in order. */
  positions(shard: number, ranges: readonly PositionRange[], patternId: string): Promise<number[]>
}

export interface PatternIndexOptions {
  readonly eventLog: Pick<EventLog, 'readRanges'>
  /** What the index may take. */
  readonly mostBytes?: number
}

/** The patterns' numbers at a block's positions; 0 where that is not known yet. */
type Block = Uint32Array

/** Records that are looked at before others get their turn. */
const recordsPerTurn = 500

/** The pattern that an event is shown with: none for a test event, which is behind no number. */
const shownAs = ({ isTest, patternId }: PatternEvent): string => (isTest ? '' : patternId)

export const createPatternIndex = ({
  eventLog,
  mostBytes = 32 * 1024 * 1024,
}: PatternIndexOptions): PatternIndex => {
  const blocks = new LRUCache<string, Block>({ max: Math.ceil(mostBytes / (blockPositions * 4)) })
  const numbers = new Map<string, number>()

  const numberOf = (patternId: string): number => {
    const known = numbers.get(patternId)
    if (known !== undefined) return known
    numbers.set(patternId, numbers.size + 1)
    return numbers.size
  }

  /** The blocks that hold the ranges, by their number; at first with nothing in them. */
  const blocksOf = (shard: number, ranges: readonly PositionRange[]): Map<number, Block> => {
    const found = new Map<number, Block>()
    for (const { first, last } of ranges) {
      const end = Math.floor(last / blockPositions)
      for (let number = Math.floor(first / blockPositions); number <= end; number++) {
        const key = `${shard}/${number}`
        let block = blocks.get(key)
        if (block === undefined) blocks.set(key, (block = new Uint32Array(blockPositions)))
        found.set(number, block)
      }
    }
    return found
  }

  const unknownIn = (held: ReadonlyMap<number, Block>, ranges: readonly PositionRange[]): PositionRange[] => {
    const unknown: { first: number; last: number }[] = []
    for (const { first, last } of ranges) {
      for (let position = first; position <= last; position++) {
        if (held.get(Math.floor(position / blockPositions))![position % blockPositions] !== 0) continue
        const open = unknown.at(-1)
        if (open !== undefined && open.last === position - 1) open.last = position
        else unknown.push({ first: position, last: position })
      }
    }
    return unknown
  }

  return {
    async positions(shard, ranges, patternId) {
      const held = blocksOf(shard, ranges)
      const unknown = unknownIn(held, ranges)
      if (unknown.length > 0) {
        let inTurn = 0
        for await (const page of eventLog.readRanges(shard, unknown)) {
          for (const record of page) {
            const block = held.get(Math.floor(record.position / blockPositions))!
            block[record.position % blockPositions] = numberOf(shownAs(decodeRecord(record)))
            if (++inTurn % recordsPerTurn === 0) await yieldToEventLoop()
          }
        }
      }
      const number = numberOf(patternId)
      const found: number[] = []
      for (const { first, last } of ranges) {
        for (let position = first; position <= last; position++) {
          if (held.get(Math.floor(position / blockPositions))![position % blockPositions] === number)
            found.push(position)
        }
      }
      return found
    },
  }
}
