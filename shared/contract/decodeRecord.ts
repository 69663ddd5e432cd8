import { decodeValue } from './decodeMessage.ts'
import type { PatternEvent } from './patternEvent.ts'
import type { MessageHeaders } from './topicMessage.ts'

/**
 * The event in a record of the log, upcast to the newest version: the log keeps what was said, and code
 * decides what it means.
 * @throws if the value is no event: only accepted ones are in the log, so this is a fault of the contract
 */
export const decodeRecord = (record: {
  readonly position: number
  readonly eventId: string
  readonly value: Buffer
  readonly headers: MessageHeaders | undefined
}): PatternEvent => {
  const decoded = decodeValue(record.value, record.headers, false, () => record.eventId)
  if (decoded.ok) return decoded.event
  throw new Error(`The event at position ${record.position} can no longer be read`, {
    cause: decoded.rejection,
  })
}
