import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { EventLog, LogRecord } from '@patterns/event-log/eventLog.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import { LRUCache } from 'lru-cache'
import { Problem } from '../conventions/problem.ts'
import type { PositionRange } from './readPositionRanges.ts'
import { createRecordBlock, type RecordBlock } from './recordBlock.ts'

/** Positions that are read and forgotten together. */
export const blockPositions = 4_096

export interface RecordBlocksOptions {
  readonly eventLog: Pick<EventLog, 'read'>
  /** What the blocks may take together. */
  readonly mostBytes?: number
  /** Reads at a time: each unpacks whole segments, so more would only take the loop from everyone else. */
  readonly mostReads?: number
  /** Reads that may wait for their turn. */
  readonly mostWaiting?: number
}

/**
 * The records of the log by pattern. Those that were looked at are kept: the log never changes, and most
 * people look at its end.
 */
export interface RecordBlocks {
  /**
   * The records of a pattern in a range of positions, in order.
   * @throws Problem 503 where more reads wait than can be answered in a while
   */
  find(patternId: string, range: PositionRange, shard: ShardEnd): Promise<FoundRecords>
}

/** A shard, and the position that its log reaches at least. */
export interface ShardEnd {
  readonly shard: number
  readonly end: number
}

export interface FoundRecords {
  readonly records: readonly LogRecord[]
  /** How many blocks had to be read from the log for this. */
  readonly reads: number
}

/** Records that are taken in before others get their turn. */
const recordsPerTurn = 500

export const createRecordBlocks = ({
  eventLog,
  mostBytes = 96 * 1024 * 1024,
  mostReads = 2,
  mostWaiting = 32,
}: RecordBlocksOptions): RecordBlocks => {
  const blocks = new LRUCache<string, RecordBlock>({ maxSize: mostBytes })
  const extending = new Map<string, Promise<void>>()
  const patternNumbers = new Map<string, number>()
  let underWay = 0
  const waiting: (() => void)[] = []

  const numberOf = (patternId: string): number => {
    let number = patternNumbers.get(patternId)
    if (number === undefined) patternNumbers.set(patternId, (number = patternNumbers.size))
    return number
  }

  const withTurn = async (work: () => Promise<void>): Promise<void> => {
    if (underWay >= mostReads) {
      if (waiting.length >= mostWaiting)
        throw new Problem(503, 'TIMEOUT', 'Too many want to read the log right now. Try again in a moment.', {
          headers: { 'retry-after': '1' },
        })
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else underWay++
    try {
      await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) underWay--
      else next()
    }
  }

  const extend = async (shard: number, block: RecordBlock, last: number): Promise<void> => {
    let inTurn = 0
    for await (const page of eventLog.read(shard, block.upTo)) {
      for (const record of page) {
        if (record.position > last) return
        block.append(record, numberOf(decodeRecord(record).patternId))
        if (++inTurn % recordsPerTurn === 0) await yieldToOthers()
      }
      if (block.upTo >= last) return
    }
  }

  /** The block with all records up to `needed`, and whether the log had to be read: then up to `end` at once. */
  const reach = async (
    shard: number,
    index: number,
    needed: number,
    end: number,
  ): Promise<{ readonly block: RecordBlock; readonly reads: number }> => {
    const key = `${shard}/${index}`
    for (;;) {
      const block = blocks.get(key) ?? createRecordBlock(index * blockPositions, blockPositions)
      if (block.upTo >= needed) return { block, reads: 0 }
      const extension = extending.get(key)
      if (extension === undefined) {
        const made = withTurn(() => extend(shard, block, end)).finally(() => extending.delete(key))
        extending.set(key, made)
        await made
        blocks.set(key, block, { size: block.bytes })
        return { block, reads: 1 }
      }
      await extension
    }
  }

  return {
    async find(patternId, { first, last }, { shard, end }) {
      const records: LogRecord[] = []
      let reads = 0
      const lastBlock = Math.floor((last - 1) / blockPositions)
      for (let index = Math.floor((first - 1) / blockPositions); index <= lastBlock; index++) {
        const blockEnd = (index + 1) * blockPositions
        const reached = await reach(shard, index, Math.min(last, blockEnd), Math.min(end, blockEnd))
        reads += reached.reads
        const number = patternNumbers.get(patternId)
        if (number !== undefined) records.push(...reached.block.find(number, first, last))
      }
      return { records, reads }
    },
  }
}
