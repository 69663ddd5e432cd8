import type { Outcome, PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type { Rejection } from '@patterns/shared/contract/rejection.ts'
import type { MessageHeaders, TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import type { EventClaim, PatternHomes } from './patternHomes.ts'

/** How far a shard's log has come, and what became of every source offset before `nextSourceOffset`. */
export interface ShardHead {
  /** The position of the last event; 0 if the shard is empty. Positions are 1, 2, 3… without gaps. */
  readonly position: number
  /** The source offset that the log began with. */
  readonly firstSourceOffset: number
  /** The source offset that comes next. */
  readonly nextSourceOffset: number
  /**
   * A source offset is the topic's own offset plus this base. It is 0 until a topic that was deleted and
   * created again is adopted: its offsets begin at 0 again, those of the log go on.
   */
  readonly sourceBase: number
  /** The first source offset that the base holds for: what lies before has no offset in the topic as it is now. */
  readonly sourceBaseSince: number
  /**
   * Under which of its leaders Kafka took the message before `nextSourceOffset`; `null` if that is not known, and of
   * a source that has none.
   */
  readonly leaderEpoch: number | null
  /** Which topic the source offsets are of, as the source names it; `null` if it never could. */
  readonly topicId: string | null
  /**
   * How far event time has come, epoch milliseconds: `noWatermark` before the first event; `null` if it was not kept,
   * in a log that is older than this.
   */
  readonly watermark: number | null
  readonly duplicates: number
  readonly deadLettered: number
  /** Offsets that carried no message: compacted away, or control records. */
  readonly notRecords: number
  /** How often patterns that this shard is the home of were split: a writer must know of each. */
  readonly splits: number
  /** Messages that were events, and had another key than the id of their pattern. */
  readonly keyMismatches: number
}

/** Where a shard's log ends: what a writer goes on from. */
export type LogEnd = Pick<ShardHead, 'position' | 'nextSourceOffset' | 'sourceBase' | 'splits' | 'watermark'>

/** One accepted event on its way into the log. */
export interface NewEvent {
  readonly eventId: string
  readonly occurredAt: number
  /** What it can be found by. */
  readonly event: Pick<PatternEvent, 'patternId' | 'outcome' | 'isTest'>
  readonly message: TopicMessage
}

export interface NewDeadLetter {
  readonly message: TopicMessage
  readonly rejection: Rejection
}

export interface NewDuplicate {
  readonly sourceOffset: number
  /** Where the first event with this id lies: another shard may have it. */
  readonly shard: number
  readonly position: number
}

/** All that one consumed batch becomes, appended together or not at all. */
export interface Append {
  readonly shard: number
  /** The head that the writer believes in: a writer whose belief is stale changes nothing. */
  readonly expected: LogEnd
  /** In offset order. */
  readonly events: readonly NewEvent[]
  readonly deadLetters: readonly NewDeadLetter[]
  readonly duplicates: readonly NewDuplicate[]
  /** For those of the events whose pattern is split; default none. */
  readonly claims?: readonly EventClaim[]
  /** How many of the messages are events, and have another key than the id of their pattern; default 0. */
  readonly keyMismatches?: number
  /** The offset after this batch. */
  readonly nextSourceOffset: number
  /** Of the batch's last message; see `ShardHead`. Default `null`. */
  readonly leaderEpoch?: number | null
}

export type AppendResult =
  | { readonly ok: true; readonly head: LogEnd }
  /** `fenced`: the head is not the expected one. `claimed`: an id was claimed by another event meanwhile. */
  | { readonly ok: false; readonly reason: 'fenced' | 'claimed' }

/** One event as the log keeps it: the producer's own bytes at their position. */
export interface LogRecord {
  readonly position: number
  readonly sourceOffset: number
  /** When the message came into the topic, as far as that could be believed when it was taken. Epoch milliseconds. */
  readonly recordedAt: number
  readonly eventId: string
  readonly value: Buffer
  /** Kept only if they carry part of the event (CloudEvents). */
  readonly headers: MessageHeaders | undefined
}

/** Neighbouring positions of one shard's log, both ends inclusive. */
export interface PositionRange {
  readonly first: number
  readonly last: number
}

/** A span of event time in epoch milliseconds, `to` exclusive; without an end if one is absent. */
export interface TimeSpan {
  readonly from?: number
  readonly to?: number
}

/** Which events are looked for. */
export interface SoughtEvents {
  /** UUID in lower case. */
  readonly patternId: string
  /** Only uses with this outcome. */
  readonly outcome?: Outcome | undefined
  readonly span: TimeSpan
}

/**
 * The log of accepted events: one gap-free sequence a shard. An adapter may keep
 * batches (Postgres: segments) or single events (EventStoreDB); the contract suite
 * in `eventLog.contract.ts` is the same for all.
 */
export interface EventLog extends PatternHomes {
  /** The shards that have a head, in order. */
  shards(): Promise<number[]>
  /** The shard's head; `undefined` if nothing was ever appended or opened. */
  head(shard: number): Promise<ShardHead | undefined>
  /** Opens a shard that is to begin at a source offset; keeps the head if there is one already, and answers it. */
  open(shard: number, firstSourceOffset: number): Promise<ShardHead>
  /** Notes which topic the source offsets of a shard are of, unless its head is another by now. */
  nameTopic(shard: number, topicId: string, head: ShardHead): Promise<void>
  append(append: Append): Promise<AppendResult>
  /**
   * Pages of events with a position greater than `afterPosition`, in order, up to the head at the time of
   * each read. A page is whatever is cheap for the adapter, at most some megabytes.
   */
  read(shard: number, afterPosition: number): AsyncIterable<readonly LogRecord[]>
  /**
   * The events in some ranges of positions, which are in order and do not overlap: in order, with pages as in
   * `read`. For those who know what they want: far
   * ranges cost few round trips.
   */
  readRanges(shard: number, ranges: readonly PositionRange[]): AsyncIterable<readonly LogRecord[]>
  /**
   * The positions in some ranges, given as in `readRanges`, at which the sought events lie, in order. Test events are
   * not sought, since no number counts them. Others may be among those found, so each has to be looked at.
   */
  positionsOf(shard: number, ranges: readonly PositionRange[], sought: SoughtEvents): Promise<number[]>
  /**
   * Ranges, in order, that hold every event which occurred in a span, and others beside them: as narrow as can be
   * told without reading events.
   */
  rangesOf(shard: number, span: TimeSpan): Promise<PositionRange[]>
  /** The greatest position whose source offset is below `sourceOffset` (0 if none). */
  positionBefore(shard: number, sourceOffset: number): Promise<number>
  /** The ids of the last `count` events, oldest first, as pages of 16-byte ids and the position of each page's first. */
  recentIds(shard: number, count: number): AsyncIterable<{ firstPosition: number; ids: Buffer }>
}
