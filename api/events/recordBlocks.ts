import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { EventLog, LogRecord } from '@patterns/event-log/eventLog.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import { LRUCache } from 'lru-cache'
import type { PositionRange } from './readPositionRanges.ts'

/** Positions that are read and forgotten together. */
export const blockPositions = 4_096

/** The records of some neighbouring positions, by every pattern that they may be of. */
interface Block {
  /** All records up to here are in. */
  upTo: number
  bytes: number
  readonly byPattern: Map<string, LogRecord[]>
}

export interface RecordBlocksOptions {
  readonly eventLog: Pick<EventLog, 'read'>
  /** What the blocks may take together. */
  readonly mostBytes?: number
  /** Reads at a time: each unpacks whole segments, so more would only take the loop from everyone else. */
  readonly mostReads?: number
}

/**
 * Records of the log by pattern. Segments hold the events of all patterns, so the latest ones that were
 * looked at are kept, indexed: the log never changes, and most people look at its end.
 */
export interface RecordBlocks {
  /** The records in a range of positions that may be of a pattern, in order. */
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

const patternIdField = /"pattern_id"\s*:\s*"([0-9a-fA-F-]{36})"/g

/**
 * The patterns that a record may be of, without parsing it: whatever stands in the text as a pattern's id,
 * be it in its context. Where characters are written as escapes only parsing tells.
 */
const patternsIn = (record: LogRecord): ReadonlySet<string> => {
  const text = record.value.toString('latin1')
  if (text.includes('\\u')) return new Set([decodeRecord(record).patternId])
  return new Set(Array.from(text.matchAll(patternIdField), ([, id]) => id!.toLowerCase()))
}

/** Beside the value: the record, its id, and its place in the index. */
const bytesBesideValue = 300
/** Records that are indexed before others get their turn. */
const recordsPerTurn = 500

export const createRecordBlocks = ({
  eventLog,
  mostBytes = 96 * 1024 * 1024,
  mostReads = 2,
}: RecordBlocksOptions): RecordBlocks => {
  const blocks = new LRUCache<string, Block>({ maxSize: mostBytes })
  const extending = new Map<string, Promise<void>>()
  let underWay = 0
  const waiting: (() => void)[] = []

  const withTurn = async (work: () => Promise<void>): Promise<void> => {
    if (underWay >= mostReads) await new Promise<void>((resolve) => waiting.push(resolve))
    else underWay++
    try {
      await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) underWay--
      else next()
    }
  }

  const add = (block: Block, record: LogRecord): void => {
    // A copy: the value is a view of its whole segment, which would stay in memory with it.
    const kept = { ...record, value: Buffer.from(record.value) }
    for (const patternId of patternsIn(record)) {
      const known = block.byPattern.get(patternId)
      if (known === undefined) block.byPattern.set(patternId, [kept])
      else known.push(kept)
    }
    block.bytes += record.value.length + bytesBesideValue
  }

  const extend = async (shard: number, block: Block, last: number): Promise<void> => {
    let inTurn = 0
    for await (const page of eventLog.read(shard, block.upTo)) {
      for (const record of page) {
        if (record.position > last) break
        add(block, record)
        block.upTo = record.position
        if (++inTurn % recordsPerTurn === 0) await yieldToOthers()
      }
      if (page.at(-1)!.position >= last) break
    }
    block.upTo = last
  }

  /** The block with all records up to `needed`, and whether the log had to be read: then up to `end` at once. */
  const reach = async (
    shard: number,
    index: number,
    needed: number,
    end: number,
  ): Promise<{ readonly block: Block; readonly reads: number }> => {
    const key = `${shard}/${index}`
    for (;;) {
      const block = blocks.get(key) ?? { upTo: index * blockPositions, bytes: 0, byPattern: new Map() }
      if (block.upTo >= needed) return { block, reads: 0 }
      const extension = extending.get(key)
      if (extension === undefined) {
        const made = withTurn(() => extend(shard, block, end)).finally(() => extending.delete(key))
        extending.set(key, made)
        await made
        blocks.set(key, block, { size: block.bytes + 1 })
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
        for (const record of reached.block.byPattern.get(patternId) ?? [])
          if (record.position >= first && record.position <= last) records.push(record)
      }
      return { records, reads }
    },
  }
}
