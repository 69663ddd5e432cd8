import { envelopeHeaders } from '@patterns/shared/contract/cloudEvents.ts'
import { writeUuid } from '@patterns/shared/contract/uuid.ts'
import { noWatermark } from '@patterns/shared/contract/watermark.ts'
import type { Append, AppendResult, EventLog, LogRecord, NewEvent, ShardHead } from '../eventLog.ts'
import { isSought } from '../isSought.ts'
import { storableTime } from '../storableTime.ts'
import { watermarkAfter } from '../watermarkAfter.ts'
import type { EventPlace } from '../patternHomes.ts'
import { areUnclaimed, claimAll, createMemoryPatternHomes, type Home } from './memoryPatternHomes.ts'

interface Shard {
  head: ShardHead
  readonly records: LogRecord[]
  /** Those of the records, as they came. */
  readonly events: NewEvent[]
}

/** What outlives a log that is made again. */
export interface MemoryStore {
  readonly shards: Map<number, Shard>
  /** By pattern. */
  readonly homes: Map<string, Home>
  /** By event. */
  readonly claims: Map<string, EventPlace>
}

export const createMemoryStore = (): MemoryStore => ({
  shards: new Map(),
  homes: new Map(),
  claims: new Map(),
})

const pageSize = 1_000

const append = (store: MemoryStore, batch: Append): AppendResult => {
  const {
    expected,
    events,
    deadLetters,
    duplicates,
    claims = [],
    keyMismatches = 0,
    leaderEpoch = null,
    nextSourceOffset,
  } = batch
  const shard = store.shards.get(batch.shard)
  const isExpected =
    shard?.head.position === expected.position &&
    shard.head.nextSourceOffset === expected.nextSourceOffset &&
    shard.head.sourceBase === expected.sourceBase &&
    shard.head.splits === expected.splits
  if (!isExpected) return { ok: false, reason: 'fenced' }
  if (!areUnclaimed(store, claims)) return { ok: false, reason: 'claimed' }
  claimAll(store, batch.shard, claims)
  shard.events.push(...events)
  for (const { eventId, message } of events) {
    shard.records.push({
      position: shard.records.length + 1,
      sourceOffset: message.offset,
      recordedAt: storableTime(message.timestamp),
      eventId,
      value: message.value!,
      headers: envelopeHeaders(message.headers),
    })
  }
  const { head } = shard
  const covered = nextSourceOffset - head.nextSourceOffset
  shard.head = {
    ...head,
    position: shard.records.length,
    nextSourceOffset,
    leaderEpoch,
    watermark: watermarkAfter(expected.watermark, events),
    duplicates: head.duplicates + duplicates.length,
    deadLettered: head.deadLettered + deadLetters.length,
    notRecords: head.notRecords + covered - events.length - deadLetters.length - duplicates.length,
    keyMismatches: head.keyMismatches + keyMismatches,
  }
  const { position, sourceBase, splits, watermark } = shard.head
  return { ok: true, head: { position, nextSourceOffset, sourceBase, splits, watermark } }
}

const idsOf = (records: readonly LogRecord[]): Buffer => {
  const ids = Buffer.alloc(records.length * 16)
  for (const [i, record] of records.entries()) writeUuid(ids, i * 16, record.eventId)
  return ids
}

/** The event log in memory, for tests of what is built on it. */
export const createMemoryEventLog = (store: MemoryStore = createMemoryStore()): EventLog => {
  const { shards } = store
  const recordsOf = (shard: number): readonly LogRecord[] => shards.get(shard)?.records ?? []
  return {
    shards: async () => [...shards.keys()].toSorted((a, b) => a - b),
    head: async (shard) => shards.get(shard)?.head,
    async open(shard, firstSourceOffset) {
      const opened = shards.get(shard) ?? {
        head: {
          position: 0,
          firstSourceOffset,
          nextSourceOffset: firstSourceOffset,
          sourceBase: 0,
          sourceBaseSince: 0,
          leaderEpoch: null,
          topicId: null,
          watermark: noWatermark,
          duplicates: 0,
          deadLettered: 0,
          notRecords: 0,
          splits: 0,
          keyMismatches: 0,
        },
        records: [],
        events: [],
      }
      shards.set(shard, opened)
      return opened.head
    },
    async nameTopic(shard, topicId, { nextSourceOffset, topicId: before }) {
      const named = shards.get(shard)
      if (named?.head.nextSourceOffset !== nextSourceOffset || named.head.topicId !== before) return
      named.head = { ...named.head, topicId }
    },
    append: async (batch) => append(store, batch),
    async *read(shard, afterPosition) {
      for (let next = afterPosition; next < recordsOf(shard).length;) {
        const page = recordsOf(shard).slice(next, next + pageSize)
        yield page
        next += page.length
      }
    },
    async *readRanges(shard, ranges) {
      for (const { first, last } of ranges) {
        const page = recordsOf(shard).slice(first - 1, last)
        if (page.length > 0) yield page
      }
    },
    positionsOf: async (shard, ranges, sought) =>
      ranges.flatMap(({ first, last }) =>
        (shards.get(shard)?.events ?? [])
          .slice(first - 1, last)
          .flatMap(({ event, occurredAt }, i) => (isSought(event, occurredAt, sought) ? [first + i] : [])),
      ),
    rangesOf: async (shard) => {
      const last = recordsOf(shard).length
      return last === 0 ? [] : [{ first: 1, last }]
    },
    positionBefore: async (shard, sourceOffset) =>
      recordsOf(shard).findLastIndex((record) => record.sourceOffset < sourceOffset) + 1,
    async *recentIds(shard, count) {
      const records = recordsOf(shard)
      const skipped = Math.max(0, records.length - count)
      for (let next = skipped; next < records.length; next += pageSize) {
        yield { firstPosition: next + 1, ids: idsOf(records.slice(next, next + pageSize)) }
      }
    },
    ...createMemoryPatternHomes(store),
  }
}
