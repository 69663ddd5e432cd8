import { checkHistory, type TopicHistory } from '@patterns/event-log/checkHistory.ts'
import type { EventLog, LogEnd } from '@patterns/event-log/eventLog.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'
import type { TopicBatch, TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import type { PartitionEnd } from '@patterns/topic/source.ts'
import { createDuplicateIndex, type DuplicateIndex } from '../ingest/duplicateIndex.ts'
import { createKnownPatterns, type KnownPatterns } from '../ingest/knownPatterns.ts'
import { createPlaceFinder } from '../ingest/patternPlaces.ts'
import { createEventReader } from '../ingest/readEventAt.ts'
import { type ClassifiedBatch, classifyBatch } from '../ingest/classifyBatch.ts'
import { ProjectionAheadError } from '../project/projectionAhead.ts'
import { FencedError } from '@patterns/read-model/writing/fencedError.ts'
import { openProjector, type Projector, type ProjectorOptions } from '../project/projector.ts'
import type { Trends } from '../trends/trends.ts'
import { refuseLostSource } from './lostSource.ts'

export interface LaneOptions {
  readonly log: EventLog
  readonly topic: string
  readonly shard: number
  /** The topic, the oldest offset that the partition still has, and its end, as they are when it is asked. */
  readonly source: () => Promise<Omit<PartitionEnd, 'partition'>>
  /** To ask whether it still holds what was read. */
  readonly history: TopicHistory
  readonly duplicateHorizon: number
  /** The time of day, epoch milliseconds. */
  readonly clock: () => number
  readonly projector: Omit<ProjectorOptions, 'checkpointKey' | 'onCommitted'> & {
    readonly projection: string
    readonly version: number
  }
  /** What is derived from the windows; absent if that is turned off. */
  readonly trends?: Pick<Trends, 'open'> | undefined
  readonly onClassified?: (classified: ClassifiedBatch, batch: TopicBatch) => void
  /** Told again and again while a batch takes long for what it makes necessary, and comes on. */
  readonly onProgress?: (() => void) | undefined
}

/** A shard while this process owns it: from the partition's messages to the log to the windows. */
export interface ShardLane {
  /** The partition's own offset to read from next. */
  nextOffset(): number
  /** Under which leader the message before it was taken; `null` if that is not known. */
  leaderEpoch(): number | null
  position(): number
  flushedPosition(): number
  /** Since when a flush has been under way, by the projector's `now`; `undefined` if none is. */
  flushingSince(): number | undefined
  /**
   * Takes the batch that begins at `nextOffset()`: appended, then folded.
   * @throws FencedError if another owner was faster, ProjectionError, or what the database said.
   * The lane is of no use then and must be opened again: what is in the log stays, nothing else counts.
   */
  take(batch: TopicBatch): Promise<void>
  /** Writes what is pending. */
  flush(): Promise<void>
  close(): void
}

interface CatchUp {
  readonly log: EventLog
  readonly shard: number
  readonly projector: Projector
  readonly patterns: KnownPatterns
}

/** Brings the projector from its checkpoint to `head`, and no further: what another owner appends is for its own. */
const catchUp = async ({ log, shard, projector, patterns }: CatchUp, head: number): Promise<void> => {
  if (projector.position() >= head) return
  for await (const page of log.read(shard, projector.position())) {
    const records = page.filter((record) => record.position <= head)
    const events = records.map((record) => ({ event: decodeRecord(record), recordedAt: record.recordedAt }))
    // Patterns of a log that is older than their homes got them from the catalogue, where these are not yet.
    await patterns.splitAmong(events.map(({ event }) => event))
    await projector.take(events, head - projector.position() - events.length)
    if (projector.position() >= head) return
  }
}

/**
 * Refuses a projection that has come further than its log, as after a restore of the log alone.
 * @throws FencedError if the log has just moved on, else ProjectionAheadError
 */
const refuseAheadOfLog = async (
  log: EventLog,
  shard: number,
  projected: number,
  head: number,
): Promise<void> => {
  if (projected <= head) return
  const now = (await log.head(shard))!.position
  if (now > head) throw new FencedError(`Shard ${shard} has another owner: its log is not at ${head}`)
  throw new ProjectionAheadError(shard, projected, `their log ends at ${now}`)
}

/** The ids of the last events up to `head`. */
const indexRecent = async (
  log: EventLog,
  shard: number,
  horizon: number,
  head: number,
): Promise<DuplicateIndex> => {
  const index = createDuplicateIndex(horizon)
  for await (const { firstPosition, ids } of log.recentIds(shard, horizon)) {
    const known = Math.min(ids.length / 16, head - firstPosition + 1)
    for (let i = 0; i < known; i++) index.add(firstPosition + i, ids, i * 16)
  }
  return index
}

/** The message at an offset of the log's own count. Field by field: an adapter's message may have getters. */
const moved = ({ offset, key, value, headers, timestamp }: TopicMessage, base: number): TopicMessage => ({
  offset: offset + base,
  key,
  value,
  headers,
  timestamp,
})

const isSameEnd = (a: LogEnd, b: LogEnd): boolean =>
  a.position === b.position && a.nextSourceOffset === b.nextSourceOffset && a.sourceBase === b.sourceBase

/**
 * Takes a shard over: refuses if the source lost what comes next, rebuilds the index of duplicates,
 * and projects what a crash left unprojected.
 */
export const openShardLane = async ({
  log,
  topic,
  shard,
  source,
  history,
  duplicateHorizon,
  clock,
  projector: { projection, version, ...projectorOptions },
  trends,
  onClassified,
  onProgress,
}: LaneOptions): Promise<ShardLane> => {
  const opened = (await log.head(shard)) ?? (await log.open(shard, (await source()).startOffset))
  const base = opened.sourceBase
  let head: LogEnd = opened
  // Asked after the head was read, so that all that another owner has taken by then lies before the end.
  const end = await source()
  const check = await checkHistory({ log, shard, head: opened, ...end, history })
  refuseLostSource(shard, opened, end, check)
  let { leaderEpoch } = check
  if (end.topicId !== null && end.topicId !== opened.topicId) await log.nameTopic(shard, end.topicId, opened)

  const windows = { projection, version, shard }
  const patterns = createKnownPatterns({
    log,
    shard,
    placesOf: createPlaceFinder({ pool: projectorOptions.pool, windows, horizon: duplicateHorizon }),
    onLooked: onProgress,
  })
  const projector = await openProjector({
    ...projectorOptions,
    checkpointKey: windows,
    onCommitted: (changed, position) => shardTrends?.flushed(changed, position),
  })
  const shardTrends = trends?.open(windows, projector.flushedPosition())
  let index: DuplicateIndex
  try {
    await refuseAheadOfLog(log, shard, projector.position(), head.position)
    index = await indexRecent(log, shard, duplicateHorizon, head.position)
    await catchUp({ log, shard, projector, patterns }, head.position)
  } catch (error) {
    projector.close()
    shardTrends?.close()
    throw error
  }
  shardTrends?.start()
  // A log that is older than the watermark in its head: the projection has just read up to there.
  head = { ...head, watermark: opened.watermark ?? projector.watermark() }

  const classifyContext = {
    topic,
    shard,
    log,
    index,
    patterns,
    clock,
    readEventAt: createEventReader(log, shard),
  }

  /** Learns of patterns of this shard that were split, if that is all that moved. @throws FencedError */
  const learnOfSplits = async (): Promise<void> => {
    const now = await log.head(shard)
    if (now === undefined || now.splits === head.splits || !isSameEnd(now, head))
      throw new FencedError(`Shard ${shard} has another owner: its log is not at ${head.position}`)
    patterns.forget()
    head = { ...head, splits: now.splits }
  }

  /** Tries again if an event turned out meanwhile to lie in another shard, or a pattern to be split. */
  const classifyAndAppend = async (
    messages: readonly TopicMessage[],
    batch: TopicBatch,
  ): Promise<ClassifiedBatch> => {
    for (;;) {
      const classified = await classifyBatch(messages, head.position, classifyContext)
      const { accepted: events, ...rest } = classified
      const result = await log.append({
        shard,
        expected: head,
        events,
        ...rest,
        nextSourceOffset: batch.nextOffset + base,
        leaderEpoch: batch.leaderEpoch ?? null,
      })
      if (result.ok) {
        head = result.head
        return classified
      }
      index.forgetAfter(head.position)
      if (result.reason === 'fenced') await learnOfSplits()
    }
  }

  return {
    nextOffset: () => head.nextSourceOffset - base,
    leaderEpoch: () => leaderEpoch,
    position: () => head.position,
    flushedPosition: projector.flushedPosition,
    flushingSince: projector.flushingSince,
    async take(batch) {
      if (projector.position() !== head.position)
        throw new Error(
          `The projection of shard ${shard} is at position ${projector.position()}, and its log at ${head.position}`,
        )
      const messages = base === 0 ? batch.messages : batch.messages.map((message) => moved(message, base))
      const classified = await classifyAndAppend(messages, batch)
      leaderEpoch = batch.leaderEpoch ?? null
      onClassified?.(classified, batch)
      await projector.take(classified.accepted, batch.endOffset - batch.nextOffset)
    },
    flush: projector.flush,
    close() {
      projector.close()
      shardTrends?.close()
    },
  }
}
