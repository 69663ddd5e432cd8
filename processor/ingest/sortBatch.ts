import type { LogRecord, NewDeadLetter, NewDuplicate, NewEvent } from '@patterns/event-log/eventLog.ts'
import { decodeMessage } from '@patterns/shared/contract/decodeMessage.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type { TopicMessage } from '@patterns/shared/contract/topicMessage.ts'
import { writeUuid } from '@patterns/shared/contract/uuid.ts'
import type { DuplicateIndex } from './duplicateIndex.ts'
import { isSameEvent } from './isSameEvent.ts'
import { recordTime } from './recordTime.ts'

/** An accepted event: as the log takes it, and as the projections read it. */
export interface AcceptedEvent extends NewEvent {
  readonly event: PatternEvent
  /** When it came into the topic, epoch milliseconds. */
  readonly recordedAt: number
}

/** What the messages of one batch are: each is in exactly one of the lists. */
export interface SortedBatch {
  readonly accepted: AcceptedEvent[]
  readonly deadLetters: NewDeadLetter[]
  readonly duplicates: NewDuplicate[]
}

export interface SortContext {
  readonly topic: string
  readonly shard: number
  readonly index: DuplicateIndex
  /** The time of day, epoch milliseconds: the bound of all times that messages say. */
  readonly clock: () => number
  /** Reads an event of the shard's log, to confirm a hit of the index. */
  readonly readEventAt: (position: number) => Promise<LogRecord>
}

/** An event that has a position already. */
type Known = Pick<LogRecord, 'eventId' | 'value' | 'headers'>

/**
 * Decodes each message once and sorts it. Accepted ids go into the index at the positions that follow
 * `lastPosition`, so that a second one in the same batch is found too.
 */
export const sortBatch = async (
  messages: readonly TopicMessage[],
  lastPosition: number,
  { topic, shard, index, readEventAt, clock }: SortContext,
): Promise<SortedBatch> => {
  const sorted: SortedBatch = { accepted: [], deadLetters: [], duplicates: [] }
  const { accepted, deadLetters, duplicates } = sorted
  const origin = { topic, partition: shard }
  const now = clock()
  const id = new Uint8Array(16)
  const knownAt = (position: number): Known | Promise<Known> =>
    position > lastPosition ? placed(accepted[position - lastPosition - 1]!) : readEventAt(position)
  for (const message of messages) {
    const decoded = decodeMessage(message, origin, now)
    if (!decoded.ok) {
      deadLetters.push({ message, rejection: decoded.rejection })
      continue
    }
    const { event } = decoded
    writeUuid(id, 0, event.eventId)
    const position = index.find(id, 0)
    const known = position === 0 ? undefined : await knownAt(position)
    // Another id with the same hash is no duplicate.
    if (known?.eventId === event.eventId) {
      if (isSameEvent(known, { value: message.value!, headers: message.headers })) {
        duplicates.push({ sourceOffset: message.offset, position })
      } else {
        deadLetters.push({ message, rejection: conflict(position) })
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
    index.add(lastPosition + accepted.length, id, 0)
  }
  return sorted
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

const conflict = (position: number): NewDeadLetter['rejection'] => ({
  reason: 'id_conflict',
  faults: [
    {
      path: 'event_id',
      message: `is the id of the event at position ${position}, which says something else`,
    },
  ],
})
