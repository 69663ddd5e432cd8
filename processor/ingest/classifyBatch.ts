import type {
  EventLog,
  LogRecord,
  NewDeadLetter,
  NewDuplicate,
  NewEvent,
} from '@patterns/event-log/eventLog.ts'
import type { EventClaim, EventPlace } from '@patterns/event-log/patternHomes.ts'
import { decodeMessage } from '@patterns/shared/contract/decodeMessage.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type { TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import { writeUuid } from '@patterns/shared/contract/uuid.ts'
import { createPlaceReader, findClaimed } from './claimedEvents.ts'
import type { DuplicateIndex } from './duplicateIndex.ts'
import { isSameEvent } from './isSameEvent.ts'
import { recordTime } from './recordTime.ts'
import type { KnownPatterns } from './knownPatterns.ts'

/** An accepted event: as the log takes it, and as the projections read it. */
export interface AcceptedEvent extends NewEvent {
  readonly event: PatternEvent
  /** When it came into the topic, epoch milliseconds. */
  readonly recordedAt: number
}

/** What the messages of one batch are: each is in exactly one of the lists. */
export interface ClassifiedBatch {
  readonly accepted: AcceptedEvent[]
  readonly deadLetters: NewDeadLetter[]
  readonly duplicates: NewDuplicate[]
  /** The ids of those accepted whose pattern is split. */
  readonly claims: EventClaim[]
  /** How many of the messages are events, and have another key than the id of their pattern. */
  keyMismatches: number
}

export interface ClassifyContext {
  readonly topic: string
  readonly shard: number
  readonly log: Pick<EventLog, 'read' | 'findClaims'>
  readonly index: DuplicateIndex
  /** The time of day, epoch milliseconds: the bound of all times that messages say. */
  readonly clock: () => number
  readonly patterns: Pick<KnownPatterns, 'splitAmong'>
  /** Reads an event of the shard's log, to confirm a hit of the index. */
  readonly readEventAt: (position: number) => Promise<LogRecord>
}

/** An event that has a place already. */
type Known = Pick<LogRecord, 'eventId' | 'value' | 'headers'>

/**
 * Decodes each message once and classifies it. Accepted ids go into the index at the positions that follow
 * `lastPosition`, so that a second one in the same batch is found too. Events of split patterns are looked for among
 * the claimed ids as well: those may lie in any shard.
 */
export const classifyBatch = async (
  messages: readonly TopicMessage[],
  lastPosition: number,
  context: ClassifyContext,
): Promise<ClassifiedBatch> => {
  const { topic, shard, index } = context
  const classified: ClassifiedBatch = {
    accepted: [],
    deadLetters: [],
    duplicates: [],
    claims: [],
    keyMismatches: 0,
  }
  const { accepted, deadLetters, duplicates, claims } = classified
  const origin = { topic, partition: shard }
  const now = context.clock()
  const decodings = messages.map((message) => decodeMessage(message, origin, now))
  const { split, claimed } = await findClaimed(decodings, context)
  const readAt = createPlaceReader(context)
  const knownAt = (place: EventPlace): Known | Promise<Known> => {
    // Where a rival has appended meanwhile, the log may have another event there: then ours cannot be appended at all.
    const ours = place.shard === shard ? accepted[place.position - lastPosition - 1] : undefined
    return ours === undefined ? readAt(place) : placed(ours)
  }
  const id = new Uint8Array(16)
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]!
    const decoded = decodings[i]!
    if (!decoded.ok) {
      deadLetters.push({ message, rejection: decoded.rejection })
      continue
    }
    const { event } = decoded
    if (!isKeyOf(message.key, event.patternId)) classified.keyMismatches += 1
    writeUuid(id, 0, event.eventId)
    const own = index.find(id, 0)
    let place: EventPlace | undefined = own === 0 ? undefined : { shard, position: own }
    let known = place === undefined ? undefined : await knownAt(place)
    const isSplit = split.has(event.patternId)
    // Another id with the same hash is no duplicate.
    if (isSplit && known?.eventId !== event.eventId) {
      place = claimed.get(event.eventId)
      known = place === undefined ? undefined : await knownAt(place)
    }
    if (place !== undefined && known?.eventId === event.eventId) {
      if (isSameEvent(known, { value: message.value!, headers: message.headers })) {
        duplicates.push({ sourceOffset: message.offset, ...place })
      } else {
        deadLetters.push({ message, rejection: conflict(place, shard) })
      }
      continue
    }
    const recordedAt = recordTime(message.timestamp, event.occurredAt, now)
    accepted.push({
      eventId: event.eventId,
      occurredAt: event.occurredAt,
      recordedAt,
      message: recordedAt === message.timestamp ? message : recordedAs(message, recordedAt),
      event,
    })
    const position = lastPosition + accepted.length
    index.add(position, id, 0)
    if (!isSplit) continue
    claims.push({ eventId: event.eventId, position })
    claimed.set(event.eventId, { shard, position })
  }
  return classified
}

/** Whether a message's key is the id of a pattern, as the contract asks. Byte by byte: for each message of a backlog. */
const isKeyOf = (key: Buffer | null, patternId: string): boolean => {
  if (key?.length !== patternId.length) return false
  for (let i = 0; i < key.length; i++) if (key[i] !== patternId.charCodeAt(i)) return false
  return true
}

/** Field by field: an adapter's message may have getters. */
const recordedAs = ({ offset, key, value, headers }: TopicMessage, timestamp: number): TopicMessage => ({
  offset,
  key,
  value,
  headers,
  timestamp,
})

const placed = ({ eventId, message }: AcceptedEvent): Known => ({
  eventId,
  value: message.value!,
  headers: message.headers,
})

const conflict = (place: EventPlace, shard: number): NewDeadLetter['rejection'] => {
  const where = place.shard === shard ? '' : ` of shard ${place.shard}`
  return {
    reason: 'id_conflict',
    faults: [
      {
        path: 'event_id',
        message: `is the id of the event at position ${place.position}${where}, which says something else`,
      },
    ],
  }
}
