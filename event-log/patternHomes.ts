import type { LogRecord, PositionRange } from './eventLog.ts'

/**
 * Where a pattern lies, seen from a shard: `here` alone; `elsewhere`, as another shard has it or had it first; or
 * `split` over shards, so that the ids of its events are claimed.
 */
export type PatternHome = 'here' | 'elsewhere' | 'split'

/** A place in the log. */
export interface EventPlace {
  readonly shard: number
  readonly position: number
}

/** The claim of an id for the event at a position. */
export interface EventClaim {
  readonly eventId: string
  readonly position: number
}

/**
 * What makes an event count once, whichever shard it comes in. A shard finds its own duplicates by itself, and
 * mostly that is enough, since the message key is the pattern. So each pattern has a home, and costs nothing there.
 * One that comes in another shard too is split, once and for all: from then on the ids of its events are claimed by
 * the append that brings them. None of this knows what an event says: the writer names the patterns.
 */
export interface PatternHomes {
  /**
   * Makes a shard the home of those patterns that have none, and answers where each of them lies. To be asked before the
   * first event of a pattern is appended: of two shards the second one to ask finds the first.
   */
  registerPatterns(shard: number, patternIds: readonly string[]): Promise<Map<string, PatternHome>>
  /**
   * Splits registered patterns; those that are split already stay as they are. Claims the ids of their events
   * in the log, and counts the split in the heads of their homes, so that owners who do not know of it are fenced.
   * @param isTheirs whether an event is of one of these patterns
   * @param placesIn which ranges of a shard's log, up to a position, are to be looked at for such events: in order,
   * and without overlap. What is appended behind that position meanwhile is looked at in any case.
   */
  splitPatterns(
    patternIds: readonly string[],
    isTheirs: (record: LogRecord) => boolean,
    placesIn: (shard: number, position: number) => Promise<readonly PositionRange[]>,
  ): Promise<void>
  /** Where the events with these ids lie, as far as they are claimed. */
  findClaims(eventIds: readonly string[]): Promise<Map<string, EventPlace>>
}
