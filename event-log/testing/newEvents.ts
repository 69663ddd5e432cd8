import fc from 'fast-check'
import type { Append, NewDeadLetter, NewDuplicate, NewEvent } from '../eventLog.ts'

/** What a batch may hold, each thing named by its source offset. */

type Batch = Omit<Append, 'shard' | 'expected'>

/** The id of the event at an offset. */
export const idAt = (offset: number): string =>
  `0197a3b4-5c6d-7e8f-9012-${offset.toString(16).padStart(12, '0')}`

/** What events are found by if nothing else is said. */
const use: NewEvent['event'] = { patternId: idAt(0), outcome: 'success', isTest: false }

export const eventAt = (
  offset: number,
  {
    id = idAt(offset),
    event = use,
    ...message
  }: Partial<NewEvent['message']> & { id?: string; event?: NewEvent['event'] } = {},
): NewEvent => ({
  eventId: id,
  occurredAt: Date.UTC(2026, 0, 1) + offset,
  event,
  message: {
    offset,
    key: Buffer.from('key'),
    value: Buffer.from(`{"offset":${offset}}`),
    headers: undefined,
    timestamp: Date.UTC(2026, 0, 1) + offset * 10,
    ...message,
  },
})

export const deadLetterAt = (
  offset: number,
  message: Partial<NewDeadLetter['message']> = {},
  rejection: NewDeadLetter['rejection'] = {
    reason: 'not_json',
    faults: [{ path: '', message: 'is no JSON' }],
  },
): NewDeadLetter => ({
  message: { offset, key: null, value: Buffer.from('?'), headers: undefined, timestamp: 0, ...message },
  rejection,
})

export const duplicateAt = (sourceOffset: number, position: number, shard = 0): NewDuplicate => ({
  sourceOffset,
  shard,
  position,
})

/** A batch of what is given, up to the offset after the last. */
export const toAppend = ({
  events = [],
  deadLetters = [],
  duplicates = [],
  nextSourceOffset,
  ...rest
}: Partial<Batch>): Batch => {
  const offsets = [
    ...events.map(({ message }) => message.offset),
    ...deadLetters.map(({ message }) => message.offset),
    ...duplicates.map(({ sourceOffset }) => sourceOffset),
  ]
  return {
    events,
    deadLetters,
    duplicates,
    ...rest,
    nextSourceOffset: nextSourceOffset ?? Math.max(-1, ...offsets) + 1,
  }
}

type Fate = 'event' | 'dead letter' | 'duplicate' | 'no record'

const fates = fc.array(
  fc.constantFrom<Fate>('event', 'event', 'event', 'dead letter', 'duplicate', 'no record'),
  {
    maxLength: 8,
  },
)

/** Batches that follow each other from offset 100 on; whatever an offset can become, and empty ones. */
export const drawnBatches: fc.Arbitrary<Batch[]> = fc.array(fates, { maxLength: 5 }).map((drawn) => {
  let offset = 100
  return drawn.map((batch) => {
    const at = (fate: Fate): number[] => batch.flatMap((its, i) => (its === fate ? [offset + i] : []))
    const made = toAppend({
      events: at('event').map((its) => eventAt(its)),
      deadLetters: at('dead letter').map((its) => deadLetterAt(its)),
      duplicates: at('duplicate').map((its) => duplicateAt(its, 1)),
      nextSourceOffset: offset + batch.length,
    })
    offset += batch.length
    return made
  })
})
