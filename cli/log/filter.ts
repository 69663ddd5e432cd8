import type { LogRecord } from '@patterns/event-log/eventLog.ts'
import { decodeRecord } from '@patterns/shared/contract/decodeRecord.ts'

export interface EventFilter {
  /** Epoch milliseconds of `occurred_at`, inclusive. */
  readonly from?: number
  /** Exclusive. */
  readonly to?: number
  readonly patternId?: string
}

/** Whether a record is wanted. Reads the event only where something is asked of it. */
export const createFilter = ({ from, to, patternId }: EventFilter): ((record: LogRecord) => boolean) => {
  if (from === undefined && to === undefined && patternId === undefined) return () => true
  return (record) => {
    const event = decodeRecord(record)
    return (
      event.occurredAt >= (from ?? Number.NEGATIVE_INFINITY) &&
      event.occurredAt < (to ?? Number.POSITIVE_INFINITY) &&
      (patternId === undefined || event.patternId === patternId)
    )
  }
}
