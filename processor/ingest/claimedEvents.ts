import type { EventLog, LogRecord } from '@patterns/event-log/eventLog.ts'
import type { EventPlace } from '@patterns/event-log/patternHomes.ts'
import type { Decoded } from '@patterns/shared/contract/decodeMessage.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type { KnownPatterns } from './knownPatterns.ts'
import { createEventReader } from './readEventAt.ts'

export interface ClaimedEvents {
  /** The patterns of a batch that are split. */
  readonly split: ReadonlySet<string>
  /** Where those of their events lie that the log has, by id. */
  readonly claimed: Map<string, EventPlace>
}

/** Looks the events of split patterns up; asks nothing if there are none. */
export const findClaimed = async (
  decodings: readonly Decoded[],
  {
    patterns,
    log,
  }: { readonly patterns: Pick<KnownPatterns, 'splitAmong'>; readonly log: Pick<EventLog, 'findClaims'> },
): Promise<ClaimedEvents> => {
  const events: PatternEvent[] = []
  for (const decoded of decodings) if (decoded.ok) events.push(decoded.event)
  const split = await patterns.splitAmong(events)
  if (split.size === 0) return { split, claimed: new Map() }
  const ids = events.filter(({ patternId }) => split.has(patternId)).map(({ eventId }) => eventId)
  return { split, claimed: await log.findClaims(ids) }
}

export interface PlaceReaderOptions {
  readonly log: Pick<EventLog, 'read'>
  readonly shard: number
  /** Reads an event of the own shard. */
  readonly readEventAt: (position: number) => Promise<LogRecord>
}

/** Reads events of any shard. Of others than the own one pages are kept only as long as this reader. */
export const createPlaceReader = ({ log, shard, readEventAt }: PlaceReaderOptions) => {
  const readers = new Map([[shard, readEventAt]])
  return (place: EventPlace): Promise<LogRecord> => {
    const reader = readers.get(place.shard) ?? createEventReader(log, place.shard)
    readers.set(place.shard, reader)
    return reader(place.position)
  }
}
